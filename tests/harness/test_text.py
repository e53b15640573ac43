"""How a sentence about an unknown word ends."""

from harness.text import nearest


def test_the_nearest_word_is_offered_and_all_words_where_none_is_near() -> None:
    assert nearest("minilmm", ["wordllama", "minilm"]) == ", did you mean 'minilm'?"
    assert nearest("xyz", ["wordllama", "minilm"]) == "; choose one of wordllama, minilm."
    assert nearest("xyz", ["wordllama", "minilm"], "; `ttc` lists them.") == "; `ttc` lists them."
