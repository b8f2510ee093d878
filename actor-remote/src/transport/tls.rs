//! TLS 1.3 with certificates at both ends.
//!
//! Each node has a certificate whose DNS names are the names it may have as a node, and trusts those that its roots
//! have signed. Both ends check the other's; that the name a node then says is one of its certificate's is checked as
//! it says it.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    CipherSuite, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
    SupportedCipherSuite,
};
use tokio::io::BufReader;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{Socket, Stream};
use crate::config::{DECIPHERED_BYTES, READ_BYTES};
use crate::error::NodeError;

/// Who a node is, and whom it trusts, by certificates.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    connector: TlsConnector,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Tls {
    /// The node's certificate, with those between it and a root if there are any, its private key, and the roots it
    /// trusts; each as PEM. The certificate names the node in its DNS names.
    ///
    /// # Errors
    ///
    /// [`NodeError::Certificate`] if one of them cannot be read, or the key is not that of the certificate.
    pub fn from_pem(certificate: &[u8], key: &[u8], roots: &[u8]) -> Result<Self, NodeError> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(bad)?;
        let mut trusted = RootCertStore::empty();
        for root in certificates(roots)? {
            trusted.add(root).map_err(bad)?;
        }
        let trusted = Arc::new(trusted);
        let provider = Arc::new(provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(trusted.clone(), provider.clone());
        let server = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(bad)?
            .with_client_cert_verifier(clients.build().map_err(bad)?)
            .with_single_cert(chain.clone(), key.clone_key())
            .map_err(bad)?;
        let servers =
            WebPkiServerVerifier::builder_with_provider(trusted, provider.clone()).build();
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(bad)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Nodes(servers.map_err(bad)?)))
            .with_client_auth_cert(chain, key)
            .map_err(bad)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(server)),
            connector: TlsConnector::from(Arc::new(client)),
        })
    }

    /// Has a socket that was dialled, or taken, prove who is at its other end.
    pub(crate) async fn secure(&self, socket: Socket, is_dialled: bool) -> io::Result<Socket> {
        let Socket { stream, from, .. } = socket;
        // rustls reads 4 KiB at a time.
        let stream = BufReader::with_capacity(READ_BYTES, stream);
        let (stream, proven): (Box<dyn Stream>, _) = if is_dialled {
            // The name is not known before the node says it.
            let nobody = ServerName::try_from("node").expect("it is a DNS name");
            let stream = self.connector.connect(nobody, stream).await?;
            let proven = names(stream.get_ref().1.peer_certificates());
            (Box::new(stream), proven)
        } else {
            let stream = self.acceptor.accept(stream).await?;
            let proven = names(stream.get_ref().1.peer_certificates());
            (Box::new(stream), proven)
        };
        Ok(Socket { stream, read_bytes: DECIPHERED_BYTES, from, proven: Some(proven) })
    }
}

/// What TLS is made of. AES with keys of 128 bits comes first: nobody finds such a key either, and it has ten rounds
/// instead of fourteen, a twentieth of what a small message takes.
fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    let is_later =
        |suite: &SupportedCipherSuite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256;
    // The others keep their order.
    provider.cipher_suites.sort_by_key(is_later);
    provider
}

fn bad(error: impl fmt::Display) -> NodeError {
    NodeError::Certificate(error.to_string())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NodeError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    read.map_err(bad)
}

/// The names that a node has by its certificate.
fn names(chain: Option<&[CertificateDer<'_>]>) -> Vec<String> {
    let certificate = chain.and_then(<[_]>::first);
    let read =
        certificate.and_then(|certificate| webpki::EndEntityCert::try_from(certificate).ok());
    read.map(|read| read.valid_dns_names().map(str::to_owned).collect()).unwrap_or_default()
}

/// Checks the certificate of a node that was dialled, but for its name, which is not known yet.
#[derive(Debug)]
struct Nodes(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for Nodes {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let no_name = rustls::Error::InvalidCertificate(rustls::CertificateError::NotValidForName);
        // All the rest is checked with a name that it has.
        let names = names(Some(std::slice::from_ref(certificate)));
        let own = names.first().cloned().and_then(|name| ServerName::try_from(name).ok());
        let own = own.ok_or(no_name)?;
        self.0.verify_server_cert(certificate, between, &own, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_cipher_is_offered_first_and_the_others_after_it() {
        let (ours, all) = (provider().cipher_suites, ring::default_provider().cipher_suites);
        assert_eq!(ours[0].suite(), CipherSuite::TLS13_AES_128_GCM_SHA256);
        assert!(all.iter().all(|suite| ours.contains(suite)), "{ours:?}");
    }
}
