#[supervisor]
#[cfg(unix)]
pub(crate) struct Bank {
    #[cfg(feature = "limits")]
    limits: Limits,
    /// As [`Self::start`] began it.
    #[cfg(feature = "audit")]
    #[child(start = AuditLog::new(limits))]
    log: AuditLog,
    #[deprecated]
    #[must_use]
    #[child(start = Savings::new(log))]
    r#house: Savings,
}
