//! One unit on the wire.
