async fn body(cx: &mut Process<XferMsg>) {
    {
        use ::callboard::__private as __rt;
        use __Msg as __Variant;
        struct __Arms;
        impl<M: __rt::Message> __rt::Arms<M> for __Arms {
            const TABLE: __rt::Table = __rt::Table::new(
                __rt::TagSet::all(),
                __rt::TagSet::of::<M>(&["Pause"]),
            );
        }
        let mut answer_5 = ::core::option::Option::None;
        let receive = __rt::receive(
            __rt::Receives::process(&mut *cx),
            __Arms,
            |message| match *message {
                #[cfg(feature = "pause")]
                __Variant::Pause { .. } => 2,
                #[allow(unreachable_patterns, reason = "an arm may take every message")]
                _ => __rt::NO_ARM,
            },
            |message| match *message {
                __Variant::Chunk { ref seq, data: _ } if *seq == next => 0,
                __Variant::Abort(..) => 1,
                __Variant::Done | XferMsg::Closed { .. } => 3,
                ref other @ __Variant::Window(1..=9, ref high) if big(&other, high) => 4,
                _ => 8,
                #[allow(unreachable_patterns, reason = "an arm may take every message")]
                _ => __rt::NO_ARM,
            },
        );
        let receive = receive.reply(5, &mut window, &mut answer_5);
        let receive = receive.down(6, &self.mon);
        let receive = receive.exit(7);
        let receive = receive.after(9, ::core::time::Duration::from_secs(30));
        let (arm, got) = receive.await;
        match arm {
            0 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let __Variant::Chunk { seq, data } = __rt::message(got) else {
                    __rt::not_taken()
                };
                let _ = &seq;
                write(data).await?;
                next += 1;
            }
            1 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let __Variant::Abort(reason) = __rt::message(got) else {
                    __rt::not_taken()
                };
                break Err(XferError::Aborted(reason));
            }
            #[cfg(feature = "pause")]
            2 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let __Variant::Pause { until } = __rt::message(got) else {
                    __rt::not_taken()
                };
                cx.sleep_until(until).await
            }
            3 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let (__Variant::Done | XferMsg::Closed { .. }) = __rt::message(got) else {
                    __rt::not_taken()
                };
                return;
            }
            4 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let other @ __Variant::Window(1..=9, mut high) = __rt::message(got) else {
                    __rt::not_taken()
                };
                let _ = &high;
                let _ = &other;
                take(other)
            }
            5 => {
                let r = __rt::answer(answer_5);
                cx.credit(r?)
            }
            6 => {
                let d = __rt::down(got);
                break Err(d.reason.into());
            }
            7 => {
                let e = __rt::exit(got);
                cx.note(e)
            }
            8 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let m = __rt::message(got);
                log(m)
            }
            9 => break Err(XferError::Silent),
            _ => __rt::not_taken(),
        }
    }
}
async fn body(cx: &mut Process<XferMsg>) {
    {
        use ::callboard::__private as __rt;
        struct __Arms;
        impl<M: __rt::Message> __rt::Arms<M> for __Arms {
            const TABLE: __rt::Table = __rt::Table::new(
                __rt::TagSet::of::<M>(&["Done"]),
                __rt::TagSet::of::<M>(&[]),
            );
        }
        let receive = __rt::receive(
            __rt::Receives::process(&mut *self.cx),
            __Arms,
            |_| __rt::NO_ARM,
            |message| match *message {
                XferMsg::Done => 0,
                #[allow(unreachable_patterns, reason = "an arm may take every message")]
                _ => __rt::NO_ARM,
            },
        );
        let receive = receive.after(1, patience / 2);
        let (arm, got) = receive.await;
        match arm {
            0 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let XferMsg::Done = __rt::message(got) else { __rt::not_taken() };
                1
            }
            1 => 2,
            _ => __rt::not_taken(),
        }
    }
}
async fn body(cx: &mut Process<XferMsg>) {
    {
        use my::callboard::__private as __rt;
        use __Msg as __Variant;
        struct __Arms;
        impl<M: __rt::Message> __rt::Arms<M> for __Arms {
            const TABLE: __rt::Table = __rt::Table::new(
                __rt::TagSet::of::<M>(&["Done"]),
                __rt::TagSet::of::<M>(&[]),
            );
        }
        let receive = __rt::receive(
            __rt::Receives::process(&mut *cx),
            __Arms,
            |_| __rt::NO_ARM,
            |message| match *message {
                __Variant::Done => 0,
                #[allow(unreachable_patterns, reason = "an arm may take every message")]
                _ => __rt::NO_ARM,
            },
        );
        let (arm, got) = receive.await;
        match arm {
            0 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let __Variant::Done = __rt::message(got) else { __rt::not_taken() };
                1
            }
            _ => __rt::not_taken(),
        }
    }
}
async fn body(cx: &mut Process<XferMsg>) {
    {
        use my::callboard::__private::blocking as __rt;
        use __Msg as __Variant;
        struct __Arms;
        impl<M: __rt::Message> __rt::Arms<M> for __Arms {
            const TABLE: __rt::Table = __rt::Table::new(
                __rt::TagSet::of::<M>(&["Done"]),
                __rt::TagSet::of::<M>(&[]),
            );
        }
        let receive = __rt::receive(
            __rt::Receives::process(&mut *cx),
            __Arms,
            |_| __rt::NO_ARM,
            |message| match *message {
                __Variant::Done => 0,
                #[allow(unreachable_patterns, reason = "an arm may take every message")]
                _ => __rt::NO_ARM,
            },
        );
        let (arm, got) = receive.wait();
        match arm {
            0 => {
                #[allow(
                    irrefutable_let_patterns,
                    reason = "an enum may have one variant"
                )]
                let __Variant::Done = __rt::message(got) else { __rt::not_taken() };
                1
            }
            _ => __rt::not_taken(),
        }
    }
}
