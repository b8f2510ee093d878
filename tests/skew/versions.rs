//! Nodes that were built with different versions of a protocol talk to each other, each pair of them both ways; what
//! they cannot say is an error on the side that would say it.

use callboard::{AskError, DeadReason};
use skew::seen;

#[test]
fn the_first_version_talks_to_later_ones() {
    let pair = seen::<skew_v2::Cart, skew_v1::Cart>();
    let cart = pair.actor;
    cart.add("tea".to_owned());
    assert_eq!(cart.count().wait(), Ok(1));
    assert_eq!(cart.weigh(7).wait().as_deref(), Ok("7 g"));
    let news = cart.news().wait().expect("it answers");
    assert!(matches!(&news[..], [skew_v1::News::Opened, skew_v1::News::Other(_)]), "{news:?}");
    cart.empty();
    assert_eq!(cart.count().wait(), Ok(0));
    pair.end();
    let pair = seen::<skew_v3::Cart, skew_v1::Cart>();
    let cart = pair.actor;
    cart.add("tea".to_owned());
    assert_eq!(cart.weigh(7).wait().as_deref(), Ok("7 g"));
    // It answers another type.
    assert_eq!(cart.count().wait(), Err(AskError::Codec));
    // It is gone.
    assert_eq!(cart.news().wait(), Err(AskError::UnknownHandler));
    pair.end();
}

#[test]
fn the_second_version_talks_to_the_others() {
    let pair = seen::<skew_v1::Cart, skew_v2::Cart>();
    let cart = pair.actor;
    cart.add(5, "tea".to_owned());
    // It knows of no number.
    assert_eq!(cart.count().wait(), Ok(1));
    assert_eq!(cart.weigh(7).wait().as_deref(), Ok("7 g"));
    assert_eq!(cart.weigh(u64::MAX).wait(), Err(AskError::Codec));
    assert_eq!(cart.news().wait(), Ok(vec![skew_v2::News::Opened]));
    assert_eq!(cart.find("tea".to_owned()).wait(), Err(AskError::UnknownHandler));
    pair.end();
    let pair = seen::<skew_v3::Cart, skew_v2::Cart>();
    let cart = pair.actor;
    cart.add(5, "tea".to_owned());
    assert_eq!(cart.find("tea".to_owned()).wait(), Ok(Some(5)));
    assert_eq!(cart.weigh(u64::MAX).wait().as_deref(), Ok("18446744073709551615 g"));
    pair.end();
}

#[test]
fn the_third_version_talks_to_earlier_ones() {
    let pair = seen::<skew_v1::Cart, skew_v3::Cart>();
    let cart = pair.actor;
    cart.put("tea".to_owned(), 5, None);
    assert_eq!(cart.weigh(7).wait().as_deref(), Ok("7 g"));
    assert_eq!(cart.count().wait(), Err(AskError::Codec));
    assert_eq!(cart.find("tea".to_owned()).wait(), Err(AskError::UnknownHandler));
    pair.end();
    let pair = seen::<skew_v2::Cart, skew_v3::Cart>();
    let cart = pair.actor;
    cart.put("tea".to_owned(), 5, Some("hot".to_owned()));
    assert_eq!(cart.find("tea".to_owned()).wait(), Ok(Some(5)));
    pair.end();
}

#[test]
fn w17_the_first_version_hears_what_the_third_tells_and_it_has_no_handler_for() {
    let pair = seen::<skew_v1::Till, skew_v3::Till>();
    let till = pair.actor;
    till.pay(100);
    till.tip(20, "ann".to_owned());
    till.pay(3);
    // Nobody would answer.
    assert_eq!(till.refund(1).wait(), Err(AskError::UnknownHandler));
    assert_eq!(till.sum().wait(), Ok(123));
    let tip = "UnknownMessage { handler: \"tip\", version: 3, codec: Bincode, \
               parameters: {\"cents\": 8 bytes, \"from\": 11 bytes} }";
    assert_eq!(till.missed().wait().as_deref(), Ok(&[tip.to_owned()][..]));
    let [here, there] = pair.end();
    assert_eq!((here.dead_letters.total(), there.dead_letters.total()), (1, 0));
    // A version without the hook is told nothing of it.
    let pair = seen::<skew_v2::Till, skew_v3::Till>();
    let till = pair.actor;
    till.tip(20, "ann".to_owned());
    till.pay(3);
    assert_eq!(till.sum().wait(), Ok(3));
    let [here, there] = pair.end();
    assert_eq!((here.dead_letters.of(DeadReason::Decode), there.dead_letters.total()), (1, 0));
}
