//! Nodes that were built with different versions of a protocol talk to each other, each pair of them both ways; what
//! they cannot say is an error on the side that would say it.

use callboard::AskError;
use skew::seen;

#[test]
fn the_first_version_talks_to_later_ones() {
    let pair = seen::<skew_v2::Cart, skew_v1::Cart>();
    let cart = pair.cart;
    cart.add("tea".to_owned());
    assert_eq!(cart.count().wait(), Ok(1));
    assert_eq!(cart.weigh(7).wait().as_deref(), Ok("7 g"));
    let news = cart.news().wait().expect("it answers");
    assert!(matches!(&news[..], [skew_v1::News::Opened, skew_v1::News::Other(_)]), "{news:?}");
    cart.empty();
    assert_eq!(cart.count().wait(), Ok(0));
    pair.end();
    let pair = seen::<skew_v3::Cart, skew_v1::Cart>();
    let cart = pair.cart;
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
    let cart = pair.cart;
    cart.add(5, "tea".to_owned());
    // It knows of no number.
    assert_eq!(cart.count().wait(), Ok(1));
    assert_eq!(cart.weigh(7).wait().as_deref(), Ok("7 g"));
    assert_eq!(cart.weigh(u64::MAX).wait(), Err(AskError::Codec));
    assert_eq!(cart.news().wait(), Ok(vec![skew_v2::News::Opened]));
    assert_eq!(cart.find("tea".to_owned()).wait(), Err(AskError::UnknownHandler));
    pair.end();
    let pair = seen::<skew_v3::Cart, skew_v2::Cart>();
    let cart = pair.cart;
    cart.add(5, "tea".to_owned());
    assert_eq!(cart.find("tea".to_owned()).wait(), Ok(Some(5)));
    assert_eq!(cart.weigh(u64::MAX).wait().as_deref(), Ok("18446744073709551615 g"));
    pair.end();
}

#[test]
fn the_third_version_talks_to_earlier_ones() {
    let pair = seen::<skew_v1::Cart, skew_v3::Cart>();
    let cart = pair.cart;
    cart.put("tea".to_owned(), 5, None);
    assert_eq!(cart.weigh(7).wait().as_deref(), Ok("7 g"));
    assert_eq!(cart.count().wait(), Err(AskError::Codec));
    assert_eq!(cart.find("tea".to_owned()).wait(), Err(AskError::UnknownHandler));
    pair.end();
    let pair = seen::<skew_v2::Cart, skew_v3::Cart>();
    let cart = pair.cart;
    cart.put("tea".to_owned(), 5, Some("hot".to_owned()));
    assert_eq!(cart.find("tea".to_owned()).wait(), Ok(Some(5)));
    pair.end();
}
