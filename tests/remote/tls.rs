//! Nodes prove who they are by certificates, both ways.

use callboard::remote::{CloseCode, Node, NodeError, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};

use crate::check::{Pair, node, real};
use crate::counter::Counter;

/// Signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("it signs itself"))
    }

    /// Who a node of this name is; it trusts who `trusted` has signed.
    fn node(&self, name: &str, trusted: &Self) -> Tls {
        self.node_until(name, trusted, 4_000)
    }

    fn node_until(&self, name: &str, trusted: &Self, year: i32) -> Tls {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("it signs");
        let (certificate, key) = (certificate.pem(), key.serialize_pem());
        let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes(), trusted.0.pem().as_bytes());
        tls.expect("they fit")
    }
}

#[test]
fn w11_nodes_with_certificates_tell_and_ask() {
    let authority = Authority::new();
    let mut names = ["a", "b"].into_iter();
    let names = std::cell::RefCell::new(&mut names);
    let pair = Pair::new(None, 2, |node| {
        let name = names.borrow_mut().next().expect("there are two");
        node.tls(authority.node(name, &authority))
    });
    pair.run(|here, there| {
        let [_, far] = there.counter(1, &here);
        (1..=10_000).for_each(|number| far.next(number));
        assert_eq!(far.get().wait(), Ok(10_000));
        assert_eq!(far.echo(vec![7; 500_000]).wait(), Ok(vec![7; 500_000]));
    });
}

#[test]
fn p61_who_does_not_prove_its_name_is_refused_before_any_message() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let system = real(1);
    let b = node(None, "b").tls(ours.node("b", &ours)).start(&system).expect("a node");
    let at = b.address().expect("it listens").to_string();
    let dialled = |tls: Option<Tls>| {
        let system = real(1);
        let a = Node::builder("a").register::<Counter>();
        let a = match tls {
            Some(tls) => a.tls(tls),
            None => a,
        };
        let a = a.start(&system).expect("a node");
        a.connect(at.clone()).wait()
    };
    let refused = |dialled| matches!(dialled, Err(NodeError::Closed(CloseCode::Unauthenticated)));
    assert!(refused(dialled(Some(theirs.node("a", &ours)))), "signed by somebody else");
    assert!(refused(dialled(Some(ours.node("a", &theirs)))), "it trusts somebody else");
    assert!(refused(dialled(Some(ours.node("c", &ours)))), "another name");
    assert!(refused(dialled(Some(ours.node_until("a", &ours, 2001)))), "expired");
    assert!(dialled(Some(ours.node("a", &ours))).is_ok());
    assert!(b.peers().len() <= 1);
}

#[test]
fn p61_who_listens_and_does_not_prove_its_name_is_refused_by_who_dials() {
    let authority = Authority::new();
    let (here, there) = (real(1), real(1));
    let b = node(None, "b").tls(authority.node("c", &authority)).start(&there).expect("a node");
    let a = node(None, "a").tls(authority.node("a", &authority)).start(&here).expect("a node");
    let dialled = a.connect(b.address().expect("it listens").to_string()).wait();
    assert!(matches!(dialled, Err(NodeError::Closed(CloseCode::Unauthenticated))), "{dialled:?}");
    assert!(a.peers().is_empty() && b.peers().is_empty());
}

#[test]
fn a_certificate_that_cannot_be_read_is_an_error() {
    let nothing = Tls::from_pem(b"", b"", b"");
    assert!(matches!(nothing, Err(NodeError::Certificate(_))));
}
