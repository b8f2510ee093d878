receive! { cx,
    Chunk { seq, data } if *seq == next => { write(data).await?; next += 1; }
    Abort(reason) => break Err(XferError::Aborted(reason)),
    #[cfg(feature = "pause")]
    urgent Pause { until } => cx.sleep_until(until).await,
    Done | XferMsg::Closed { .. } => return,
    other @ Window(1..=9, mut high) if big(&other, high) => take(other),
    reply r = window => cx.credit(r?),
    down d = self.mon => break Err(d.reason.into()),
    exit e => cx.note(e),
    m => log(m),
    after "30s" => break Err(XferError::Silent),
}

receive! { self.cx: xfer::XferMsg, XferMsg::Done => 1, after patience / 2 => 2 }

receive! { crate = my::callboard; cx, Done => 1 }

receive! { crate = my::callboard; blocking cx, Done => 1 }
