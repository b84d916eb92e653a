//! Objects whose first fields are ruff's, so that its readers work.

use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer as _};

use super::{Context, by_file, place};
use crate::finding::{Applicability, Confidence, Edit, Finding, Fix, Group, Place, Run, Severity};

/// The form of a finding that other tools read; its fields and their order are fixed.
#[derive(Serialize)]
struct Object<'a> {
    filename: &'a str,
    cell: Option<u32>,
    code: &'a str,
    location: Place,
    end_location: Place,
    message: &'a str,
    url: Option<&'a str>,
    fix: Option<FixObject<'a>>,
    symbol: &'a str,
    severity: Severity,
    confidence: Confidence,
    group: Group,
    removed_in: Option<&'a str>,
    deprecated_in: Option<&'a str>,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct FixObject<'a> {
    applicability: Applicability,
    message: &'a str,
    reason: Option<&'a str>,
    edits: Vec<EditObject<'a>>,
}

#[derive(Serialize)]
struct EditObject<'a> {
    /// Null for the finding's own file.
    filename: Option<String>,
    location: Place,
    end_location: Place,
    content: &'a str,
}

/// Writes one array, object by object.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let files: Vec<(String, &[Finding])> =
        by_file(&run.findings).map(|file| (place::filename(&file[0].path, context), file)).collect();
    let objects = files
        .iter()
        .flat_map(|(filename, file)| file.iter().map(move |finding| object(finding, filename, context)));
    serde_json::Serializer::pretty(&mut *out).collect_seq(objects)?;
    writeln!(out)
}

/// Writes one object per line.
pub fn write_lines(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    for file in by_file(&run.findings) {
        let filename = place::filename(&file[0].path, context);
        for finding in file {
            serde_json::to_writer(&mut *out, &object(finding, &filename, context))?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn object<'a>(finding: &'a Finding, filename: &'a str, context: &Context) -> Object<'a> {
    Object {
        filename,
        cell: finding.span.cell,
        code: finding.rule,
        location: finding.span.start,
        end_location: finding.span.end,
        message: &finding.message,
        url: finding.url.as_deref(),
        fix: finding.fix.as_ref().map(|fix| fix_object(fix, &finding.path, context)),
        symbol: &finding.symbol,
        severity: finding.severity,
        confidence: finding.confidence,
        group: finding.group,
        removed_in: finding.removed_in.as_deref(),
        deprecated_in: finding.deprecated_in.as_deref(),
        help: finding.help.as_deref(),
    }
}

fn fix_object<'a>(fix: &'a Fix, own: &Path, context: &Context) -> FixObject<'a> {
    let edit = |edit: &'a Edit| EditObject {
        filename: edit.path.as_deref().filter(|path| *path != own).map(|path| place::filename(path, context)),
        location: edit.span.start,
        end_location: edit.span.end,
        content: &edit.content,
    };
    FixObject {
        applicability: fix.applicability,
        message: &fix.message,
        reason: fix.reason.as_deref(),
        edits: fix.edits.iter().map(edit).collect(),
    }
}
