"""The verb that teaches a shell to complete: a script for bash or zsh, which asks `ttc` itself what to offer."""

from typing import Annotated

import typer

from harness.errors import UsageError

_ASK = (
    "COLUMNS=1000 _TTC_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args "
    '_TYPER_COMPLETE_ARGS="$line" "$ttc" 2>/dev/null'
)
"""Typer's answer for fish is the plain one: a line an offer, with its note after a tab, in lines wide enough for it."""

_BASH = f"""\
# Completion of ttc for bash: put  source <(ttc completion bash)  into ~/.bashrc.
_ttc_completion() {{
    local ttc=$1 line=${{COMP_LINE:0:COMP_POINT}} word cut='' offer
    word=${{line##*[[:space:]]}}
    # Readline takes a word to begin after its last = or :, and puts the offer there.
    [[ $COMP_WORDBREAKS == *=* ]] && cut=${{word%"${{word##*[=:]}}"}}
    COMPREPLY=()
    while IFS=$'\t' read -r offer _; do
        [[ -n $offer ]] && COMPREPLY+=("${{offer#"$cut"}}")
    done < <({_ASK})
    [[ ${{COMPREPLY[0]-}} == *[=.] ]] && compopt -o nospace
    return 0
}}
complete -o default -F _ttc_completion ttc
"""

_ZSH = f"""\
#compdef ttc
# Completion of ttc for zsh: put  source <(ttc completion zsh)  into ~/.zshrc, after compinit.
_ttc_completion() {{
    local ttc=$words[1] line="${{(j: :)words[1,CURRENT]}}" offer found=1
    for offer in "${{(@f)$({_ASK})}}"; do
        offer=${{offer%%$'\t'*}}
        [[ -z $offer ]] && continue
        found=0
        if [[ $offer == *[=.] ]]; then compadd -S '' -- $offer; else compadd -- $offer; fi
    done
    (( found )) && _files
}}
compdef _ttc_completion ttc
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH}


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(completion)


def completion(
    shell: Annotated[str, typer.Argument(help="bash or zsh.", autocompletion=lambda: list(SCRIPTS))],
) -> None:
    """Print what makes a shell complete verbs, settings, runs and programs: `source <(ttc completion bash)`."""
    if shell not in SCRIPTS:
        raise UsageError(f"There is no completion for {shell}; choose {' or '.join(SCRIPTS)}.")
    print(SCRIPTS[shell], end="")
