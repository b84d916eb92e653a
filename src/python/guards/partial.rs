//! A handler that imports a part of what failed to be imported, and leaves the rest unbound.

use ruff_python_ast::{ExceptHandlerExceptHandler, Stmt, StmtTry};
use ruff_text_size::{Ranged, TextRange};

use super::{Fault, Reach, Walk};
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind};

/// Whether code that runs on the target reads a name that neither the failing import at `place`
/// nor the handler for it gives. Only handlers that do nothing but import count, some of the same
/// names among them: others set flags by which such names are left alone.
pub(super) fn leaves_unbound(
    code: &Code<'_>,
    stmt: &StmtTry,
    handler: &ExceptHandlerExceptHandler,
    place: TextRange,
) -> bool {
    let imports = |stmt: &Stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
    let Some(failing) = stmt.body.iter().find(|stmt| stmt.range().contains_range(place)) else {
        return false;
    };
    if !imports(failing) || !handler.body.iter().all(imports) {
        return false;
    }
    let lost =
        bound(code, TextRange::new(failing.start(), stmt.body.last().map_or(failing.end(), Ranged::end)));
    let given = bound(code, handler.range());
    let name = |id: &BindingId| code.names().binding(*id).name;
    let is_given = |id: &BindingId| given.iter().any(|other| name(other) == name(id));
    let by_star = given.iter().any(|id| name(id) == "*") || has_star(&handler.body);
    lost.iter().any(is_given)
        && !by_star
        && lost.iter().filter(|id| !is_given(id)).any(|id| is_read(code, *id, &lost))
}

/// What the imports in a part of the file bind.
fn bound(code: &Code<'_>, part: TextRange) -> Vec<BindingId> {
    let imported = code.names().bindings().filter(|(_, binding)| {
        let statement = match binding.kind {
            BindingKind::Import(import, _) => import.range(),
            BindingKind::From(import, _) => import.range(),
            _ => return false,
        };
        part.contains_range(statement)
    });
    imported.map(|(id, _)| id).collect()
}

fn has_star(body: &[Stmt]) -> bool {
    body.iter()
        .filter_map(Stmt::as_import_from_stmt)
        .any(|import| import.names.iter().any(|alias| alias.name.as_str() == "*"))
}

/// Whether something that runs reads a name that can only come from what is lost.
fn is_read(code: &Code<'_>, id: BindingId, lost: &[BindingId]) -> bool {
    let names = code.names();
    names.references_to(id).iter().any(|read| {
        let walk = Walk { code, place: read.range(), fault: Fault::Name, receiver: None };
        names.bindings_of(read).iter().all(|one| lost.contains(one)) && walk.judge() == Reach::Live
    })
}
