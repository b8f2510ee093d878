//! What makes a trait a protocol, and an impl of it an actor's handlers.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::dispatch::{Taker, Taking, taking};
use super::{Bodies, api, deprecated, message, variants, wire};
use crate::model::{Protocol, Spoken};

/// What `#[protocol]` makes.
///
/// ```text
/// pub enum AccountMsg { .. }
/// pub struct AccountApi<__N>(__N);
/// const _: () = {
///     use ::callboard::__private as __rt;
///     impl __rt::Message for AccountMsg { .. }
///     impl<__N: __rt::Api> __rt::Api for AccountApi<__N> { .. }
///     impl<__N: __rt::Api> AccountApi<__N> { .. }
///     static PROCESS: __rt::ProcessType<AccountMsg> = __rt::ProcessType::new();
///     impl __rt::Receivable for AccountMsg {
///         const PROCESS: &'static __rt::ProcessType<Self> = &PROCESS;
///     }
///     impl __rt::Child for AccountMsg { .. }
///     impl __rt::Protocol for dyn Account {
///         type Msg = AccountMsg;
///         type Api = AccountApi<__rt::At<Self>>;
///         const DELIVERY: __rt::Delivery<Self::Msg> = __rt::process_delivery::<AccountMsg>();
///     }
///     impl __rt::Protocol for AccountMsg { .. }
///     impl __rt::Layer for dyn Account {
///         type On<__N: __rt::Api> = AccountApi<__N>;
///     }
///     impl<__A: __rt::Actor + Account> __rt::Dispatch<__A> for dyn Account {
///         const SUSPENDS: bool = true;
///         fn dispatch<'a>(
///             actor: &'a mut __A,
///             msg: AccountMsg,
///             cx: &'a mut __rt::Context<__A>,
///         ) -> __rt::Handled<'a> {
///             let call = __rt::before::<__rt::WrapsOf<__A>, _>(&msg);
///             match msg {
///                 AccountMsg::Deposit { amount } => __rt::told(__rt::ended(call, Account::deposit(actor, amount))),
///             }
///         }
///     }
/// };
/// ```
pub(crate) fn protocol(model: &Protocol, bodies: Bodies) -> TokenStream {
    let Protocol { handlers: model, remote, .. } = model;
    let variants = variants(model, bodies);
    let messages = message::declaration(model, &variants);
    // Part of the references of actors that everybody sees.
    let everywhere = syn::Visibility::Public(syn::Token![pub](model.api.span()));
    let declared = api::declaration(model, &everywhere);
    let (cfgs, deprecated) = (&model.cfgs, deprecated(&variants));
    let import = model.root.import();
    let message = message::implementation(model, &variants, bodies);
    let methods = api::implementation(model, bodies);
    let (name, msg_type, api, ty) = (&model.name, &model.messages, &model.api, &model.ty);
    // A process that receives these messages is one who takes them, and what they are delivered by is that of its cells.
    let delivery = quote!(__rt::process_delivery::<#msg_type>());
    let leaving = remote.as_ref().map(|_| quote!(.leaving(__rt::remote::leaving::<Self>())));
    let speaks = [(ty, &quote!(#delivery #leaving)), (&quote!(#msg_type), &delivery)].map(
        |(ty, delivery)| {
            quote! {
                impl __rt::Protocol for #ty {
                    type Msg = #msg_type;
                    type Api = #api<__rt::At<Self>>;
                    const DELIVERY: __rt::Delivery<Self::Msg> = #delivery;
                }
            }
        },
    );
    let verified = remote.as_ref().map(|remote| wire::verified(remote, name, ty, &model.root));
    let travels = remote.as_ref().map(|remote| wire::of_protocol(model, &variants, remote, bodies));
    let is_async = bodies == Bodies::Real && variants.iter().any(|handler| handler.is_async);
    let suspends = is_async.then(|| {
        quote!(
            const SUSPENDS: bool = true;
        )
    });
    let by = Taker { actor: quote!(actor), methods: name.clone(), ty: quote!(__A) };
    let Taking { msg, cx, body } = taking(model, &variants, &by, bodies);
    let actor = if bodies == Bodies::Real { quote!(actor) } else { quote!(_actor) };
    let nearby = wire::nearby(model, &quote!(__rt::At<Self>));
    quote! {
        #messages
        #declared
        #(#cfgs)*
        #deprecated
        const _: () = {
            #import
            #message
            #methods
            static PROCESS: __rt::ProcessType<#msg_type> = __rt::ProcessType::new();
            impl __rt::Receivable for #msg_type {
                const PROCESS: &'static __rt::ProcessType<Self> = &PROCESS;
            }
            impl __rt::Child for #msg_type {
                type Actor = __rt::ProcessStart<Self>;
                type Start = __rt::ProcessStart<Self>;
                fn into_actor(start: Self::Start) -> Self::Actor { start }
            }
            #(#speaks)*
            impl __rt::Layer for #ty {
                type On<__N: __rt::Api> = #api<__N>;
            }
            impl<__A: __rt::Actor + #name> __rt::Dispatch<__A> for #ty {
                #suspends
                #[inline(always)]
                fn dispatch<'a>(
                    #actor: &'a mut __A,
                    #msg: #msg_type,
                    #cx: &'a mut __rt::Context<__A>,
                ) -> __rt::Handled<'a> {
                    #body
                }
            }
            #travels
            #nearby
        };
        #verified
    }
}

/// What `#[handlers]` makes of an impl of a protocol.
///
/// ```text
/// const _: () = {
///     use ::callboard::__private as __rt;
///     impl __rt::Handles<dyn Account> for Savings {
///         type By = dyn Account;
///     }
/// };
/// ```
pub(crate) fn spoken(model: &Spoken) -> TokenStream {
    let Spoken { ty, generics, cfgs, root, .. } = model;
    let import = root.import();
    let (params, _, bounds) = generics.split_for_impl();
    // At the trait's path, because that is where one is told of that the actor does not list.
    let (protocol, at) = (model.protocol(), model.protocol.span());
    let actor = ty.clone().into_iter().map(|mut tree| {
        tree.set_span(tree.span().located_at(at));
        tree
    });
    let actor: TokenStream = actor.collect();
    let handles = quote_spanned! {at=>
        impl #params __rt::Handles<#protocol> for #actor #bounds {
            type By = #protocol;
        }
    };
    quote! {
        #(#cfgs)*
        const _: () = {
            #import
            #handles
        };
    }
}
