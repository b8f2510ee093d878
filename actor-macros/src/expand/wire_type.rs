//! `impl Wire`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::places_of;
use crate::model::{Shape, WireField, WireType, WireVariant};
use crate::names;

/// What `#[derive(Wire)]` makes.
///
/// ```text
/// ::callboard::__private::remote_items! {
///     const _: () = {
///         use ::callboard::__private::remote as __rt;
///         impl __rt::Wire for Item {
///             const SCHEMA: &'static __rt::Schema = &__rt::Schema::Struct {
///                 name: "Item",
///                 fields: &[__rt::FieldSchema::new("sku", <String as __rt::Wire>::SCHEMA)],
///             };
///         }
///     };
/// }
/// ```
pub(crate) fn wire_type(model: &WireType) -> TokenStream {
    let WireType { name, ty, generics, cfgs, shape, root } = model;
    let private = root.private();
    let mut generics = generics.clone();
    for param in model.generics.type_params() {
        let name = &param.ident;
        let bound = syn::parse_quote!(#name: __rt::Wire);
        generics.make_where_clause().predicates.push(bound);
    }
    let (params, _, bounds) = generics.split_for_impl();
    let called = name.unraw().to_string();
    let (schema, open) = match shape {
        Shape::Struct(fields) => {
            let fields = columns(fields);
            (quote!(__rt::Schema::Struct { name: #called, fields: #fields }), None)
        }
        // It has been told of.
        Shape::Wrong => return TokenStream::new(),
        Shape::Enum { variants, other } => {
            let open = other.is_some();
            let rows = variants.iter().map(row);
            let schema = quote! {
                __rt::Schema::Enum { name: #called, variants: &[#(#rows,)*], open: #open }
            };
            (schema, other.as_ref().map(|other| self::open(model, variants, other)))
        }
    };
    // Where serde's traits are missing this is the error, so it stands at the type's name.
    let wire = quote_spanned!(names::made(name).span()=> __rt::Wire);
    quote! {
        #private::remote_items! {
            #(#cfgs)*
            const _: () = {
                use #private::remote as __rt;
                impl #params #wire for #ty #bounds {
                    const SCHEMA: &'static __rt::Schema = &#schema;
                }
                #open
            };
        }
    }
}

/// After an error: what lets its users compile.
pub(crate) fn wire_stub(model: &WireType) -> TokenStream {
    let WireType { ty, generics, cfgs, shape, root, .. } = model;
    let private = root.private();
    let (params, _, bounds) = generics.split_for_impl();
    let mut read = generics.clone();
    read.params.insert(0, syn::parse_quote!('de));
    let (de_params, _, _) = read.split_for_impl();
    // Of any other type somebody else makes them.
    let open = matches!(shape, Shape::Enum { other: Some(_), .. }).then(|| {
        quote! {
            impl #params __rt::serde::Serialize for #ty #bounds {
                fn serialize<S: __rt::serde::Serializer>(
                    &self,
                    _to: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    ::core::unreachable!()
                }
            }
            impl #de_params __rt::serde::Deserialize<'de> for #ty #bounds {
                fn deserialize<D: __rt::serde::Deserializer<'de>>(
                    _from: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    ::core::unreachable!()
                }
            }
        }
    });
    quote! {
        #private::remote_items! {
            #(#cfgs)*
            const _: () = {
                use #private::remote as __rt;
                impl #params __rt::Wire for #ty #bounds {
                    const SCHEMA: &'static __rt::Schema = <() as __rt::Wire>::SCHEMA;
                }
                #open
            };
        }
    }
}

fn row(variant: &WireVariant) -> TokenStream {
    let (name, fields) = (variant.name.unraw().to_string(), columns(&variant.fields));
    quote!(__rt::VariantSchema { name: #name, fields: #fields })
}

fn columns(fields: &[WireField]) -> TokenStream {
    let columns = fields.iter().map(|WireField { name, ty, .. }| {
        let (first, last) = places_of(ty);
        let (open, close) =
            (quote_spanned!(first=> <), quote_spanned!(last=> as __rt::Wire>::SCHEMA));
        quote!(__rt::FieldSchema::new(#name, #open #ty #close))
    });
    quote!(&[#(#columns),*])
}

/// An open enum says in each value which variant it is, so it is written by itself.
///
/// ```text
/// impl __rt::serde::Serialize for Event {
///     fn serialize<S: __rt::serde::Serializer>(&self, to: S) -> ::core::result::Result<S::Ok, S::Error> {
///         match self {
///             Self::Added { item } => __rt::put::<Self, 1, _, _>(0, &(item,), to),
///             Self::Other(unknown) => __rt::serde::Serialize::serialize(unknown, to),
///         }
///     }
/// }
/// impl<'de> __rt::serde::Deserialize<'de> for Event {
///     fn deserialize<D: __rt::serde::Deserializer<'de>>(from: D) -> ::core::result::Result<Self, D::Error> {
///         let unknown = <__rt::UnknownVariant as __rt::serde::Deserialize>::deserialize(from)?;
///         match unknown.number::<Self, 1>() {
///             0 => { let (item,) = unknown.take::<_, D::Error>()?; Ok(Self::Added { item }) }
///             _ => Ok(Self::Other(unknown)),
///         }
///     }
/// }
/// ```
fn open(model: &WireType, variants: &[WireVariant], other: &Ident) -> TokenStream {
    let WireType { ty, generics, .. } = model;
    let (mut written, mut read) = (generics.clone(), generics.clone());
    for param in generics.type_params() {
        let name = &param.ident;
        for generics in [&mut written, &mut read] {
            let bound = syn::parse_quote!(#name: __rt::Wire);
            generics.make_where_clause().predicates.push(bound);
        }
    }
    read.params.insert(0, syn::parse_quote!('de));
    let (params, _, bounds) = written.split_for_impl();
    let (de_params, _, _) = read.split_for_impl();
    let (to, from, unknown) = (names::local("to"), names::local("from"), names::local("unknown"));
    let count = Literal::usize_unsuffixed(variants.len());
    let puts = variants.iter().enumerate().map(|(number, variant)| {
        let number = Literal::usize_unsuffixed(number);
        let (pattern, values) = pattern(variant);
        quote!(#pattern => __rt::put::<Self, #count, _, _>(#number, &(#(#values,)*), #to),)
    });
    let takes = variants.iter().enumerate().map(|(number, variant)| {
        let number = Literal::usize_unsuffixed(number);
        let (pattern, values) = pattern(variant);
        quote! {
            #number => {
                let (#(#values,)*) = #unknown.take::<_, D::Error>()?;
                ::core::result::Result::Ok(#pattern)
            }
        }
    });
    quote! {
        impl #params __rt::serde::Serialize for #ty #bounds {
            fn serialize<S: __rt::serde::Serializer>(
                &self,
                #to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    #(#puts)*
                    Self::#other(#unknown) => __rt::serde::Serialize::serialize(#unknown, #to),
                }
            }
        }
        impl #de_params __rt::serde::Deserialize<'de> for #ty #bounds {
            fn deserialize<D: __rt::serde::Deserializer<'de>>(
                #from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let #unknown = <__rt::UnknownVariant as __rt::serde::Deserialize>::deserialize(#from)?;
                match #unknown.number::<Self, #count>() {
                    #(#takes)*
                    _ => ::core::result::Result::Ok(Self::#other(#unknown)),
                }
            }
        }
    }
}

/// A variant with its fields as variables, which makes one and takes one apart; and these variables.
fn pattern(variant: &WireVariant) -> (TokenStream, Vec<Ident>) {
    let WireVariant { name, fields, is_tuple } = variant;
    let values = fields.iter().map(|field| {
        field.ident.clone().unwrap_or_else(|| names::local(&format!("value_{}", field.name)))
    });
    let values: Vec<Ident> = values.collect();
    let pattern = match (is_tuple, values.is_empty()) {
        (true, _) => quote!(Self::#name(#(#values),*)),
        (false, true) => quote!(Self::#name {}),
        (false, false) => quote!(Self::#name { #(#values),* }),
    };
    (pattern, values)
}
