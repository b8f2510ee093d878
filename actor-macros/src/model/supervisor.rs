//! What `#[supervisor]` sees of a struct: its children, and the fields that they are made from.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::{
    Attribute, Expr, ExprClosure, LitInt, LitStr, Meta, Pat, Path, PathArguments, ReturnType, Type,
    Visibility,
};

use super::notes::{Notes, cfgs};
use super::options::{self, Shutdown};
use super::types;
use crate::diag::Diag;
use crate::names::{self, Role, Root, text};
use crate::parse::{Arg, Args, ChildArgs, FieldSyntax, HiddenWord, SupervisorSyntax};

/// A struct whose fields are children.
pub(crate) struct Supervisor {
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    /// `BankTree`
    pub(crate) tree: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) strategy: Option<Ident>,
    pub(crate) intensity: Option<(LitInt, Duration)>,
    /// The option's name, and what it says, unless that is an error.
    pub(crate) auto_shutdown: Option<(Ident, Option<Ident>)>,
    pub(crate) path: Option<LitStr>,
    pub(crate) abort_ok: bool,
    /// Type, const and lifetime parameters: an error already told, after which there are no stubs.
    pub(crate) is_generic: bool,
    pub(crate) plain: Vec<Plain>,
    pub(crate) children: Vec<Child>,
    pub(crate) root: Root,
}

/// A field that children are made from: an argument of `start`.
pub(crate) struct Plain {
    /// The number of the field in the text.
    pub(crate) place: usize,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) cfgs: Vec<Attribute>,
}

/// A child, or a template of dynamic ones.
pub(crate) struct Child {
    /// The number of the field in the text.
    pub(crate) place: usize,
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    pub(crate) notes: Notes,
    /// Attributes that are none of ours; the method of the tree has them.
    pub(crate) others: Vec<Attribute>,
    /// The child's own type: of `Dynamic<Teller>` it is `Teller`.
    pub(crate) ty: TokenStream,
    pub(crate) start: Start,
    pub(crate) restart: Option<Ident>,
    pub(crate) shutdown: Option<Shutdown>,
    pub(crate) backoff: Option<(Duration, Duration)>,
    /// Of a template: how many restarts its children may have.
    pub(crate) intensity: Option<(LitInt, Duration)>,
    pub(crate) shard: Option<LitInt>,
    /// The word that makes it so.
    pub(crate) significant: Option<Ident>,
    /// If it is a pool: what `start` and the rest say of the child is then of each worker.
    pub(crate) pool: Option<Pool>,
}

/// What a pool's `#[child]` says besides.
pub(crate) struct Pool {
    /// `Pool`, as the user's path of it.
    pub(crate) path: Option<Path>,
    /// How many workers.
    pub(crate) size: LitInt,
    /// `round_robin()`, unless the pool's own default will do.
    pub(crate) route: Option<TokenStream>,
}

/// How a child is made.
pub(crate) enum Start {
    /// As the default of its type.
    Default,
    /// By an expression, anew for each start.
    Each(TokenStream),
    /// From arguments, for each child of a template.
    With(Template),
}

/// What `#[dynamic]` says besides.
pub(crate) struct Template {
    /// `Dynamic`, as the user's path of it.
    pub(crate) path: Option<Path>,
    /// The closure's parameters as one pattern, and their types.
    pub(crate) pattern: TokenStream,
    pub(crate) types: Vec<Type>,
    /// What it gives, unless that is the default of its type.
    pub(crate) body: Option<TokenStream>,
    pub(crate) max: Option<LitInt>,
}

impl Supervisor {
    const OPTIONS: [&str; 6] =
        ["abort_ok", "auto_shutdown", "crate", "intensity", "path", "strategy"];

    pub(crate) fn read(args: &Args, syntax: &SupervisorSyntax, diag: &mut Diag) -> Self {
        let name = &syntax.name;
        let mut supervisor = Self {
            name: name.clone(),
            vis: syntax.vis.clone(),
            tree: names::tree_of(name),
            cfgs: cfgs(&syntax.attrs),
            strategy: None,
            intensity: None,
            auto_shutdown: None,
            path: None,
            abort_ok: false,
            is_generic: !syntax.generics.params.is_empty(),
            plain: Vec::new(),
            children: Vec::new(),
            root: Root::default(),
        };
        for arg in options::known(args, &Self::OPTIONS, diag) {
            supervisor.option(arg, diag);
        }
        for (place, field) in syntax.fields.iter().enumerate() {
            match Child::read(field, place, name, diag) {
                Some(child) => supervisor.children.push(child),
                None => supervisor.plain.push(Plain {
                    place,
                    name: field.name.clone(),
                    ty: field.ty.clone(),
                    cfgs: cfgs(&field.attrs),
                }),
            }
        }
        supervisor.shape(syntax, diag);
        supervisor
    }

    fn option(&mut self, arg: &Arg, diag: &mut Diag) {
        match arg.name.to_string().as_str() {
            "abort_ok" => {
                options::flag(arg, diag);
                self.abort_ok = true;
            }
            "auto_shutdown" => {
                let word = options::choice(arg, &["all", "any"], diag);
                self.auto_shutdown = Some((arg.name.clone(), word));
            }
            "crate" => self.root = options::root(arg, diag).unwrap_or_default(),
            "intensity" => self.intensity = options::intensity(arg, diag),
            "path" => self.path = options::path(arg, diag),
            _ => {
                let words = ["one_for_all", "one_for_one", "rest_for_one"];
                self.strategy = options::choice(arg, &words, diag);
            }
        }
    }

    /// Tells what cannot be a supervisor at all.
    fn shape(&self, syntax: &SupervisorSyntax, diag: &mut Diag) {
        let name = &self.name;
        if let Some(keyword) = &syntax.not_a_struct {
            diag.error(keyword, "a supervisor is a struct").help("its fields are the children");
        } else if syntax.is_tuple {
            diag.error(name, "children need names").help(format_args!("`struct {name} {{ .. }}`"));
        } else if self.children.is_empty() && syntax.errors.is_empty() {
            diag.error(name, format_args!("`{name}` has nothing to supervise"))
                .help("put `#[child]` or `#[dynamic]` on a field");
        }
        if self.is_generic {
            diag.error(&syntax.generics, "a supervisor cannot have parameters")
                .help("name the types of its children");
        }
    }
}

impl Child {
    /// Reads a field of `supervisor`; `None` if it is no child's.
    fn read(
        syntax: &FieldSyntax,
        place: usize,
        supervisor: &Ident,
        diag: &mut Diag,
    ) -> Option<Self> {
        let (role, attr) = role_of(syntax, diag)?;
        let args = attr.map(|attr| args_of(role, attr, diag)).unwrap_or_default();
        let (name, ty) = (&syntax.name, &syntax.ty);
        check_name(name, diag);
        let is_note = |attr: &&Attribute| {
            ["cfg", "deprecated", "doc"].iter().any(|note| attr.path().is_ident(note))
        };
        let what = match role {
            Role::Child => "The child",
            Role::Dynamic => "The dynamic children",
        };
        let otherwise = format!(" {what} `{}`.", name.unraw());
        let mut child = Self {
            place,
            name: name.clone(),
            vis: syntax.vis.clone(),
            notes: Notes::of(&syntax.attrs, supervisor, &otherwise),
            others: syntax.attrs.iter().filter(|attr| !is_note(attr)).cloned().collect(),
            ty: TokenStream::new(),
            start: Start::Default,
            restart: None,
            shutdown: None,
            backoff: None,
            intensity: None,
            shard: None,
            significant: None,
            pool: None,
        };
        let known: &[&str] = match role {
            Role::Child => &[
                "backoff",
                "intensity",
                "pool",
                "restart",
                "route",
                "shard",
                "shutdown",
                "significant",
                "start",
            ],
            // Their end ends no supervisor, since more may come.
            Role::Dynamic => {
                &["backoff", "intensity", "max", "restart", "shard", "shutdown", "start"]
            }
        };
        let (mut start, mut max, mut size, mut route) = (None, None, None, None);
        for arg in options::known(&args, known, diag) {
            match arg.name.to_string().as_str() {
                "backoff" => child.backoff = options::backoff(arg, diag),
                "intensity" => child.intensity = options::intensity(arg, diag),
                "max" => max = options::count(arg, u32::MAX, diag),
                "pool" => size = options::count(arg, u32::MAX, diag),
                "route" => route = options::route(arg, diag),
                "restart" => {
                    let words = ["permanent", "temporary", "transient"];
                    child.restart = options::choice(arg, &words, diag);
                }
                "shard" => child.shard = options::index(arg, u32::from(u16::MAX), diag),
                "shutdown" => child.shutdown = options::shutdown(arg, diag),
                "significant" => child.significant = Some(options::flag(arg, diag)),
                _ => start = options::expression(arg, diag),
            }
        }
        let is_pool = args.0.iter().any(|arg| arg.name == "pool");
        if role == Role::Child && !is_pool {
            let of_pools = args.0.iter().find(|arg| arg.name == "intensity" || arg.name == "route");
            if let Some(Arg { name, .. }) = of_pools {
                diag.error(name, format_args!("`{name}` is a pool's"))
                    .help("say how many workers, as in `pool = 4`");
            }
        }
        child.pool = size.map(|size| Pool { path: path_of(ty, "Pool"), size, route });
        child.ty = if is_pool { worker_type(ty, diag) } else { own_type(role, ty, diag) };
        child.start = match (role, start) {
            (Role::Dynamic, start) => Start::With(template(ty, start, max, diag)),
            (Role::Child, Some(start)) => Start::Each(start),
            (Role::Child, None) => Start::Default,
        };
        // One who says `restart` in a way that nobody knows does not mean the default.
        let says_restart = args.0.iter().any(|arg| arg.name == "restart");
        let permanent =
            child.restart.as_ref().map_or(!says_restart, |restart| restart == "Permanent");
        if let Some(word) = &child.significant
            && permanent
        {
            diag.error(word, "a permanent child never ends for good")
                .help("`restart = transient` or `restart = temporary`");
        }
        Some(child)
    }

    /// The expression that makes it, as far as the user wrote one.
    pub(crate) fn start_tokens(&self) -> Option<&TokenStream> {
        match &self.start {
            Start::Default => None,
            Start::Each(start) => Some(start),
            Start::With(template) => template.body.as_ref(),
        }
    }

    /// Whether this name in `start` is a parameter of its closure.
    pub(crate) fn is_parameter(&self, name: &Ident) -> bool {
        match &self.start {
            Start::Default | Start::Each(_) => false,
            Start::With(template) => names::mentions(&template.pattern, &name.to_string()),
        }
    }
}

/// Which kind of child a field is, and the attribute that says so and more.
fn role_of<'a>(syntax: &'a FieldSyntax, diag: &mut Diag) -> Option<(Role, Option<&'a Attribute>)> {
    if let [(role, attr), rest @ ..] = &syntax.ours[..] {
        if let Some((_, extra)) = rest.first() {
            diag.error(extra.path(), "a field is one kind of child").help("keep one of the two");
        }
        return Some((*role, Some(attr)));
    }
    let HiddenWord { word: role, condition, cfg_attr } = syntax.hidden.as_ref()?;
    let (written, condition) = (role.text(), text(condition));
    diag.error(cfg_attr, format_args!("`#[{written}]` inside `cfg_attr` is not seen"))
        .help(format_args!("`#[{written}]`, and `#[cfg({condition})]` on the field"));
    Some((*role, None))
}

/// What stands in the parentheses of `#[child(..)]`.
fn args_of(role: Role, attr: &Attribute, diag: &mut Diag) -> Args {
    match &attr.meta {
        Meta::Path(_) => Args::default(),
        Meta::List(list) => match list.parse_args::<ChildArgs>() {
            Ok(ChildArgs(args)) => args,
            Err(error) => {
                diag.syntax(&error);
                Args::default()
            }
        },
        Meta::NameValue(meta) => {
            let role = role.text();
            diag.error(meta.eq_token, format_args!("`#[{role}]` has no value")).help(format_args!(
                "its options stand in parentheses, as in `#[{role}(start = ..)]`"
            ));
            Args::default()
        }
    }
}

/// The method of the tree has the child's name, and hides none that every tree has.
fn check_name(name: &Ident, diag: &mut Diag) {
    let written = name.to_string();
    let whose = if names::instead_of_reserved(&written).is_some() {
        "reference"
    } else if names::is_of_supervisors(&written) {
        "supervisor"
    } else {
        return;
    };
    diag.error(name, format_args!("every {whose} already has a method `{name}`"))
        .help("rename the child");
}

/// The type of a pool's workers, from that of its field.
fn worker_type(ty: &Type, diag: &mut Diag) -> TokenStream {
    if let Some(own) = types::argument_of(ty, "Pool") {
        return own.to_token_stream();
    }
    let own = ty.to_token_stream();
    diag.error(ty, format_args!("the field of a pool is `Pool<{}>`", text(&own)));
    own
}

/// The type of a child, from that of its field.
fn own_type(role: Role, ty: &Type, diag: &mut Diag) -> TokenStream {
    let dynamic = types::last_segment(ty).filter(|last| last.ident == "Dynamic");
    let of_dynamic = dynamic.map(types::arguments).unwrap_or_default();
    match (role, &of_dynamic[..]) {
        (Role::Dynamic, [own]) => own.to_token_stream(),
        (Role::Dynamic, rest) => {
            let own = rest.first().copied().unwrap_or(ty).to_token_stream();
            let written = text(&own);
            diag.error(ty, format_args!("a dynamic field is `Dynamic<{written}>`"));
            own
        }
        (Role::Child, [own, ..]) => {
            diag.error(ty, "the children of a `Dynamic` come later").help("`#[dynamic]`");
            own.to_token_stream()
        }
        (Role::Child, []) => {
            let Some(own) = types::argument_of(ty, "ActorRef") else { return ty.to_token_stream() };
            let own = own.to_token_stream();
            diag.error(ty, "the field of a child has the child's type")
                .help(format_args!("`{}`", text(&own)));
            own
        }
    }
}

/// What `#[dynamic]` says of a field of this type.
fn template(
    ty: &Type,
    start: Option<TokenStream>,
    max: Option<LitInt>,
    diag: &mut Diag,
) -> Template {
    let closure = start.and_then(|start| closure(&start, diag));
    let (pats, types) = closure.as_ref().map(|closure| params(closure, diag)).unwrap_or_default();
    Template {
        path: path_of(ty, "Dynamic"),
        // A tuple of one has a comma.
        pattern: quote!((#(#pats,)*)),
        types,
        body: closure.map(|closure| closure.body.into_token_stream()),
        max,
    }
}

/// The path of a `Dynamic<Teller>` or a `Pool<Worker>`, which the user imported for it.
fn path_of(ty: &Type, name: &str) -> Option<Path> {
    let Type::Path(ty) = ty else { return None };
    let mut path = ty.path.clone();
    let last = path.segments.last_mut().filter(|last| last.ident == name)?;
    last.arguments = PathArguments::None;
    Some(path)
}

/// What `start` of a dynamic child must be.
fn closure(start: &TokenStream, diag: &mut Diag) -> Option<ExprClosure> {
    let written = syn::parse2::<Expr>(start.clone());
    let Ok(Expr::Closure(closure)) = written else {
        diag.error(start, "`start` of dynamic children is a closure")
            .help("such as `|desk: u32| Teller::new(desk)`; its parameters are those of their `start(..)`");
        return None;
    };
    if let Some(waits) = &closure.asyncness {
        diag.error(waits, "`start` is a plain closure")
            .help("remove `async`: its body may wait as it is");
    }
    if let ReturnType::Type(_, ty) = &closure.output {
        diag.error(ty, "`start` gives the child, so its type is known")
            .help("remove the return type");
    }
    Some(closure)
}

/// The parameters of such a closure.
fn params(closure: &ExprClosure, diag: &mut Diag) -> (Vec<Pat>, Vec<Type>) {
    /// As many as a `Dynamic` has a method `start` for.
    const MOST: usize = 6;
    if let Some(extra) = closure.inputs.iter().nth(MOST) {
        diag.error(extra, format_args!("a dynamic child starts from at most {MOST} arguments"))
            .help("put some in a struct");
    }
    let typed = closure.inputs.iter().map(|input| match input {
        Pat::Type(input) => ((*input.pat).clone(), (*input.ty).clone()),
        untyped => {
            let written = text(&untyped.to_token_stream());
            diag.error(untyped, "a parameter of `start` needs a type")
                .help(format_args!("such as `{written}: u32`"));
            (untyped.clone(), syn::parse_quote!(::core::convert::Infallible))
        }
    });
    typed.collect()
}
