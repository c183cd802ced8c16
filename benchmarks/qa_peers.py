"""Other ways to find a question: what most bots do, and three libraries for BM25, each over several kinds of tokens.

Every peer is given our normalised text (simplified characters, one width, no punctuation), so that what is compared is
the finding. It gets words as jieba cuts them, words with the terms of the trade in jieba's dictionary, characters one
by one and in pairs, and words together with characters; the best of all these counts.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.normalise import normalise
from nlp.segment import JiebaSegmenter

Tokens = Callable[[str], list[str]]
Find = Callable[[str], list[int]]
"""The positions of the nearest texts, best first, at most `NEAREST`."""

NEAREST = 10


@dataclass(frozen=True)
class Peer:
    """A library over one kind of tokens. `build` takes the texts and gives what finds them."""

    name: str
    build: Callable[[Sequence[str]], Find]


def peers() -> list[Peer]:
    """Every library with every kind of tokens; dictionaries are read here, once."""
    kinds = _kinds_of_tokens()
    made = [Peer("naive jieba overlap", _naive(kinds["words"]))]
    made.append(Peer("naive jieba overlap, trade terms", _naive(kinds["trade words"])))
    for library, build in (("rank_bm25", _rank_bm25), ("bm25s", _bm25s), ("tantivy", _tantivy)):
        made += [Peer(f"{library}, {kind}", build(tokens)) for kind, tokens in kinds.items()]
    return made


def _kinds_of_tokens() -> dict[str, Tokens]:
    plain, _ = plain_jieba()
    trade = JiebaSegmenter(Path(tempfile.mkdtemp(prefix="cgj-")))

    def grams(text: str) -> list[str]:
        text = normalise(text)
        return [*text, *(text[at : at + 2] for at in range(len(text) - 1))]

    return {
        "words": lambda text: plain(normalise(text)),
        "trade words": lambda text: trade.cut(normalise(text)),
        "characters": grams,
        "words and characters": lambda text: [
            *(f"{word}_" for word in trade.cut(normalise(text))),
            *grams(text),
        ],
    }


def plain_jieba() -> tuple[Tokens, dict[str, int]]:
    """jieba as it comes, and how often its dictionary has met each word. Its cache lies in a folder of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    tokenizer: Any = jieba.Tokenizer()
    tokenizer.tmp_dir = tempfile.mkdtemp(prefix="cgj-")
    tokenizer.initialize()
    often = {word: number for word, number in tokenizer.FREQ.items() if number}
    return lambda text: list(tokenizer.lcut(text)), often


def _naive(tokens: Tokens) -> Callable[[Sequence[str]], Find]:
    """The share of words two texts have in common, over all texts, one by one."""

    def build(texts: Sequence[str]) -> Find:
        known = [frozenset(tokens(text)) for text in texts]

        def find(question: str) -> list[int]:
            asked = set(tokens(question))
            scores = [len(asked & words) / (len(asked | words) or 1) for words in known]
            return sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:NEAREST]

        return find

    return build


def _rank_bm25(tokens: Tokens) -> Callable[[Sequence[str]], Find]:
    def build(texts: Sequence[str]) -> Find:
        from rank_bm25 import BM25Okapi

        index = BM25Okapi([tokens(text) for text in texts])

        def find(question: str) -> list[int]:
            return _largest(index.get_scores(tokens(question)))

        return find

    return build


def _bm25s(tokens: Tokens) -> Callable[[Sequence[str]], Find]:
    def build(texts: Sequence[str]) -> Find:
        import bm25s

        index = bm25s.BM25()
        index.index([tokens(text) for text in texts], show_progress=False)

        def find(question: str) -> list[int]:
            asked = [token for token in tokens(question) if token in index.vocab_dict]
            return _largest(index.get_scores(asked)) if asked else []

        return find

    return build


def _largest(scores: Any) -> list[int]:
    import numpy

    some = min(NEAREST, len(scores) - 1)
    nearest = numpy.argpartition(-scores, some)[: some + 1]
    return [int(one) for one in nearest[numpy.argsort(-scores[nearest], kind="stable")]][:NEAREST]


def _tantivy(tokens: Tokens) -> Callable[[Sequence[str]], Find]:
    def build(texts: Sequence[str]) -> Find:
        import tantivy

        fields = tantivy.SchemaBuilder()
        fields.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
        fields.add_unsigned_field("number", stored=True)
        schema = fields.build()
        index = tantivy.Index(schema)
        writer = index.writer(num_threads=1)
        for number, text in enumerate(texts):
            writer.add_document(tantivy.Document(text=" ".join(tokens(text)), number=number))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        searcher = index.searcher()

        def find(question: str) -> list[int]:
            terms = [tantivy.Query.term_query(schema, "text", token) for token in tokens(question)]
            if not terms:
                return []
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
            found = searcher.search(wanted, NEAREST, count=False).hits
            return [searcher.doc(address)["number"][0] for _, address in found]

        return find

    return build


def owners_found(found: Sequence[int], owners: Sequence[str]) -> Iterator[str]:
    """The entries the found phrasings belong to, each once, best first."""
    yield from dict.fromkeys(owners[number] for number in found)
