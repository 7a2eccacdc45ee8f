//! Pairs the delimiter runs that open emphasis with those that close it. Takes linear time, since openers that are skipped are
//! dropped.

use super::{DelimiterRun, Emphasis, Token, TokenKind};

/// Delimiter runs that may still open emphasis.
#[derive(Default)]
struct Openers {
    /// Indexes of tokens.
    all: Vec<usize>,
    /// Indexes in `all`, for each sign and length.
    by_kind: [Vec<usize>; 9],
    /// Openers below this index are outside of the current link.
    floor: usize,
}

pub(super) fn pair(tokens: &mut [Token]) {
    let mut openers = Openers::default();
    for index in 0..tokens.len() {
        match tokens.get(index).map(|token| &token.kind) {
            Some(TokenKind::LinkStart(_)) => openers.floor = openers.all.len(),
            Some(TokenKind::LinkEnd) => {
                openers.truncate(openers.floor);
                openers.floor = 0;
            }
            Some(TokenKind::Delimiters(_)) => visit(tokens, index, &mut openers),
            _ => {}
        }
    }
}

fn visit(tokens: &mut [Token], index: usize, openers: &mut Openers) {
    if run(tokens, index).is_some_and(|run| run.can_close) {
        while close(tokens, index, openers).is_some() {}
    }
    if let Some(run) = run(tokens, index).filter(|run| run.can_open && run.remaining > 0) {
        openers.push(index, run.mark, run.remaining);
    }
}

/// Closes the last opener that the run at `index` can close.
fn close(tokens: &mut [Token], index: usize, openers: &mut Openers) -> Option<()> {
    let (mark, left) =
        run(tokens, index).map(|run| (run.mark, run.remaining)).filter(|(_, left)| *left > 0)?;
    let place = openers.last(mark, left)?;
    let opener = *openers.all.get(place)?;
    // Emphasis around signs only is an emoticon or a drawing.
    let has_words = words(tokens, opener) != words(tokens, index);
    let is_file_pattern = run(tokens, opener)?.begins_folder && run(tokens, index)?.ends_folder;
    if !has_words || is_file_pattern {
        return None;
    }
    openers.truncate(place);
    let opened = run(tokens, opener)?.remaining;
    let emphasis = match (mark, opened.min(left)) {
        (b'~', _) => Emphasis::Del,
        (_, 1) => Emphasis::Em,
        (_, 2) => Emphasis::Strong,
        _ => Emphasis::Em,
    };
    let length = emphasis.length();
    let from = run_mut(tokens, opener)?;
    from.opened.push(emphasis);
    from.remaining -= length;
    if from.remaining > 0 {
        let mark = from.mark;
        let left = from.remaining;
        openers.push(opener, mark, left);
    }
    let until = run_mut(tokens, index)?;
    until.closed.push(emphasis);
    until.remaining -= length;
    Some(())
}

fn words(tokens: &[Token], index: usize) -> Option<usize> {
    tokens.get(index).map(|token| token.words)
}

fn run(tokens: &[Token], index: usize) -> Option<&DelimiterRun> {
    match &tokens.get(index)?.kind {
        TokenKind::Delimiters(run) => Some(run),
        _ => None,
    }
}

fn run_mut(tokens: &mut [Token], index: usize) -> Option<&mut DelimiterRun> {
    match &mut tokens.get_mut(index)?.kind {
        TokenKind::Delimiters(run) => Some(run),
        _ => None,
    }
}

impl Openers {
    fn push(&mut self, token: usize, mark: u8, left: usize) {
        if let Some(places) = self.by_kind.get_mut(kind(mark, left)) {
            places.push(self.all.len());
        }
        self.all.push(token);
    }

    /// The last opener that `left` signs can close: one of the same length, or any if one of the two has three signs.
    fn last(&self, mark: u8, left: usize) -> Option<usize> {
        let lengths = (1..=3).filter(|length| *length == left || *length == 3 || left == 3);
        let places = lengths.filter_map(|length| self.by_kind.get(kind(mark, length))?.last().copied());
        places.max().filter(|place| *place >= self.floor)
    }

    fn truncate(&mut self, length: usize) {
        self.all.truncate(length);
        for places in &mut self.by_kind {
            while places.pop_if(|place| *place >= length).is_some() {}
        }
    }
}

fn kind(mark: u8, left: usize) -> usize {
    let mark = match mark {
        b'*' => 0,
        b'_' => 3,
        _ => 6,
    };
    mark + left.saturating_sub(1)
}
