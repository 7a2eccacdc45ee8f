//! Pairs the signs that begin emphasis with those that end it. Linear: whatever is passed over never begins anything again.

use super::{Emphasis, Kind, Run, Token};

/// Rows that may still begin something.
#[derive(Default)]
struct Openers {
    /// Of all kinds, as tokens.
    all: Vec<usize>,
    /// Of each sign and length, as places in `all`.
    by_kind: [Vec<usize>; 9],
    /// Below this nothing is begun: it stands outside of the link.
    floor: usize,
}

pub(super) fn pair(tokens: &mut [Token]) {
    let mut openers = Openers::default();
    for index in 0..tokens.len() {
        match tokens.get(index).map(|token| &token.kind) {
            Some(Kind::LinkStart(_)) => openers.floor = openers.all.len(),
            Some(Kind::LinkEnd) => {
                openers.truncate(openers.floor);
                openers.floor = 0;
            }
            Some(Kind::Run(_)) => visit(tokens, index, &mut openers),
            _ => {}
        }
    }
}

fn visit(tokens: &mut [Token], index: usize, openers: &mut Openers) {
    if run(tokens, index).is_some_and(|run| run.closes) {
        while close(tokens, index, openers).is_some() {}
    }
    if let Some(run) = run(tokens, index).filter(|run| run.opens && run.left > 0) {
        openers.push(index, run.mark, run.left);
    }
}

/// Ends what began last and may end here.
fn close(tokens: &mut [Token], index: usize, openers: &mut Openers) -> Option<()> {
    let (mark, left) = run(tokens, index).map(|run| (run.mark, run.left)).filter(|(_, left)| *left > 0)?;
    let place = openers.last(mark, left)?;
    let opener = *openers.all.get(place)?;
    // Emphasis of nothing but signs is a face or a drawing.
    if words(tokens, opener) == words(tokens, index) {
        return None;
    }
    openers.truncate(place);
    let begun = run(tokens, opener)?.left;
    let emphasis = match (mark, begun.min(left)) {
        (b'~', _) => Emphasis::Del,
        (_, 1) => Emphasis::Em,
        (_, 2) => Emphasis::Strong,
        _ => Emphasis::Em,
    };
    let length = emphasis.length();
    let from = run_mut(tokens, opener)?;
    from.begun.push(emphasis);
    from.left -= length;
    if from.left > 0 {
        let (mark, left) = (from.mark, from.left);
        openers.push(opener, mark, left);
    }
    let until = run_mut(tokens, index)?;
    until.ended.push(emphasis);
    until.left -= length;
    Some(())
}

fn words(tokens: &[Token], index: usize) -> Option<usize> {
    tokens.get(index).map(|token| token.words)
}

fn run(tokens: &[Token], index: usize) -> Option<&Run> {
    match &tokens.get(index)?.kind {
        Kind::Run(run) => Some(run),
        _ => None,
    }
}

fn run_mut(tokens: &mut [Token], index: usize) -> Option<&mut Run> {
    match &mut tokens.get_mut(index)?.kind {
        Kind::Run(run) => Some(run),
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

    /// The last row that this many signs may end: as many, or three where either is.
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
