//! Parameters, arguments, type parameters.

use ruff_python_ast::{self as ast, AnyParameterRef, Identifier, Parameters, TypeParam, TypeParams};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::Compiler;

impl<'a> Compiler<'a> {
    pub(super) fn parameters(&mut self, parameters: &'a Parameters, generic: bool) {
        let defaults = parameters.iter_non_variadic_params().filter_map(|with| with.default.as_deref());
        defaults.for_each(|default| self.expr(default));
        for parameter in parameters.iter().map(AnyParameterRef::as_parameter) {
            self.bound(&parameter.name);
            parameter.annotation().into_iter().for_each(|annotation| self.annotation(annotation, generic));
        }
        if let Some(name) = repeated(|| parameters.iter().map(|parameter| parameter.name())) {
            self.refuse(name.range(), format!("two parameters are called `{name}`"));
        }
    }

    pub(super) fn arguments(&mut self, arguments: &'a ast::Arguments) {
        arguments.args.iter().for_each(|argument| self.element(argument));
        for keyword in &arguments.keywords {
            self.expr(&keyword.value);
            keyword.arg.iter().for_each(|name| self.bound(name));
        }
        if let Some(name) = repeated(|| arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref()))
        {
            self.refuse(name.range(), format!("the argument `{name}` is given twice"));
        }
    }

    pub(super) fn type_parameters(&mut self, parameters: Option<&'a TypeParams>) {
        let Some(TypeParams { type_params, .. }) = parameters else { return };
        if let Some(name) = repeated(|| type_params.iter().map(TypeParam::name)) {
            self.refuse(name.range(), format!("two type parameters are called `{name}`"));
        }
        let mut defaults = false;
        for parameter in type_params {
            self.bound(parameter.name());
            if let TypeParam::TypeVar(variable) = parameter
                && let Some(bound) = &variable.bound
            {
                self.forbidding("the bound of a type parameter", |compiler| compiler.expr(bound));
            }
            match parameter.default() {
                Some(default) => {
                    defaults = true;
                    let default = match default {
                        // `*Ts = *tuple[int]`
                        ast::Expr::Starred(starred) => &starred.value,
                        other => other,
                    };
                    self.forbidding("the default of a type parameter", |compiler| compiler.expr(default));
                }
                None if defaults => {
                    self.refuse(parameter.range(), "a type parameter without default behind one with");
                }
                None => {}
            }
        }
    }

    /// A name that gets a value.
    pub(super) fn bound(&mut self, name: &Identifier) {
        if name.as_str() == "__debug__" {
            self.refuse(name.range(), "`__debug__` cannot be assigned to");
        }
    }
}

/// The first name that stands there for the second time.
fn repeated<'n, Names: Iterator<Item = &'n Identifier>>(names: impl Fn() -> Names) -> Option<&'n Identifier> {
    const FEW: usize = 12;
    if names().nth(FEW).is_some() {
        let mut seen = FxHashSet::default();
        return names().find(|name| !seen.insert(name.as_str()));
    }
    let is_second =
        |at: usize, name: &Identifier| names().take(at).any(|before| before.as_str() == name.as_str());
    names().enumerate().find(|(at, name)| is_second(*at, name)).map(|(_, name)| name)
}
