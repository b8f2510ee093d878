//! What generated code may touch, and why each of it is here. Not for people: it changes without notice.

use std::future::Future;
use std::process::{ExitCode, Termination};
use std::time::Duration;

pub use crate::actor::Spawn;
pub use crate::actor::{
    Actor, ActorType, Around, Below, Beneath, BeneathOf, Context, Dispatch, Ends, Handle, Handlers,
    Handles, Item, Listed, State, States, StreamEnd, Timed, Wraps, WrapsOf, apart, asked,
    asked_later, attach, before, checked, checked_later, ended, ends_later, forwarded,
    forwarded_later, keep, kept, kept_later, spoken, started, started_later, told, told_later,
};
pub use crate::actor_ref::{ActorRef, Speaking};
pub use crate::address::Address;
pub use crate::ask::{Ask, Reply};
pub use crate::bonds::{Down, Exit};
pub use crate::cell::keeper::Keeper;
pub use crate::cell::keeper::Report;
pub use crate::cell::task::{Follow, Followed};
pub use crate::cell::{Handled, OnRestart, Options, Spoken};
pub use crate::error::StartError;
pub use crate::exit::{ExitReason, Panic};
pub use crate::flow::{Flow, IntoFlow, IntoStart, Start};
pub use crate::mailbox::Overflow;
pub use crate::message::{
    Api, At, Field, Layer, Message, MessageField, MsgOf, On, Protocol, Takes,
};
pub use crate::nearby::{Near, Nearby};
pub use crate::pool::{Pool, Routing};
pub use crate::process::{
    Arms, Awaits, Downs, Got, Hold, IntoEnd, NO_ARM, Process, ProcessStart, ProcessType,
    Receivable, Receive, Receives, Replies, ReplyArm, Table, TagSet, Watched, answer, down, exit,
    message, not_taken, process, process_delivery, receive,
};
pub use crate::record::{Delivery, Leave};
pub use crate::remote::Remote;
pub use crate::supervisor::{
    AutoShutdown, BoxError, ByDefault, Child, ChildSpec, Dynamic, DynamicSpec, Given, Restart,
    Shutdown, Siblings, Starts, Strategy, Supervisor, SupervisorApi, SupervisorMsg, SupervisorSpec,
    Tree, by_default, plain, start_of,
};
pub use crate::system::{System, SystemBuilder};

/// The same for processes with a thread: what `receive!` becomes is named alike, but for how it waits.
pub mod blocking {
    pub use super::{Arms, Message, NO_ARM, Table, TagSet, answer, not_taken};
    pub use crate::process::blocking::{
        Pull, Pulled, Pulls as Receives, down, exit, message, process, receive,
    };
}

/// Sends a tell: the body of a reference's method.
#[inline]
pub fn tell<P: Protocol + ?Sized>(to: &impl Api, message: P::Msg) {
    crate::host::send(P::DELIVERY, to.address(), message);
}

/// Makes an ask: the body of a reference's method.
#[inline]
pub fn ask<P: Protocol + ?Sized, T: Send + 'static>(
    to: &impl Api,
    make: impl FnOnce(Reply<T>) -> P::Msg + Send + 'static,
) -> Ask<T> {
    crate::ask::ask::<P, _, T>(to, make)
}

/// How long an entry point waits for its system to end.
const END: Duration = Duration::from_secs(5);

/// Runs the body of `#[callboard::main]` on shard 0 of a new system, and ends the system after it, or at a signal.
pub fn main<F, Fut>(builder: SystemBuilder, body: F) -> ExitCode
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output: Termination> + 'static,
{
    #[cfg(unix)]
    let builder = builder.drain_on_signals(END);
    let system = match builder.start() {
        Ok(system) => system,
        Err(error) => return Err::<(), _>(error).report(),
    };
    // The report is made on the shard, so what `main` returns need not be `Send`.
    let ended = system.run(0, || async { body().await.report() }).recv();
    let report = system.stop(END);
    match ended {
        Ok(Ok(code)) => code,
        Ok(Err((_, panic))) => {
            say_panic(&panic);
            // As a panic of a plain `main` does.
            ExitCode::from(101)
        }
        // A signal has ended the system, and the body with it.
        Err(_) if report.is_whole() => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Runs the body of `#[callboard::test]`, in a system of its own. A panic of the body is the test's.
///
/// # Panics
///
/// As the body does; and when the body has not ended after `timeout`.
pub fn test<F, Fut>(builder: SystemBuilder, timeout: Duration, body: F) -> ExitCode
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output: Termination> + 'static,
{
    let system = builder.start().expect("a test's system starts");
    let ended = system.run(0, || async { body().await.report() }).recv_timeout(timeout);
    match ended {
        Ok(ended) => {
            system.stop(END);
            ended.unwrap_or_else(|(payload, panic)| {
                say_panic(&panic);
                std::panic::resume_unwind(payload)
            })
        }
        Err(_) => {
            system.stop(Duration::ZERO);
            panic!("the test did not end within {timeout:?}");
        }
    }
}

/// Says what the panic hook of the standard library would have said.
#[allow(
    clippy::print_stderr,
    reason = "a panic of `main` or a test is the program's, and people look for it here"
)]
fn say_panic(panic: &Panic) {
    eprintln!("\nthread '{}' {panic}", std::thread::current().name().unwrap_or("main"));
}

/// Makes of a struct of methods one that lies on the methods of the next protocol, or at the end on an address. It is
/// the same for every actor but for the parameters, so expansions name it only: the struct, the parameters with
/// bounds, the same without, the `where` clause, and what the struct has beside the methods below.
#[macro_export]
#[doc(hidden)]
macro_rules! __layer {
    ($api:ident) => { $crate::__layer!($api [] [] [] []); };
    ($api:ident [$($params:tt)*] [$($args:tt)*] [$($bounds:tt)*] [$($beside:tt)*]) => {
        impl<$($params)* __N: $crate::Api> $crate::Api for $api<$($args)* __N> $($bounds)* {
            type Of = __N::Of;

            #[inline]
            fn at(address: $crate::Address) -> Self {
                Self(__N::at(address) $($beside)*)
            }

            #[inline]
            fn address(&self) -> $crate::Address {
                self.0.address()
            }
        }

        impl<$($params)* __N> ::core::ops::Deref for $api<$($args)* __N> $($bounds)* {
            type Target = __N;

            #[inline]
            fn deref(&self) -> &__N {
                &self.0
            }
        }

        impl<$($params)* __N: $crate::Api> ::core::marker::Copy for $api<$($args)* __N> $($bounds)* {}

        impl<$($params)* __N: $crate::Api> ::core::clone::Clone for $api<$($args)* __N> $($bounds)* {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($params)* __N: $crate::Api> ::core::fmt::Debug for $api<$($args)* __N> $($bounds)* {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let address = $crate::Api::address(self);
                f.debug_tuple(::core::stringify!($api)).field(&address).finish()
            }
        }
    };
}

pub use __layer as layer;
