# fish completion for rafka. In ~/.config/fish/config.fish: rafka completion fish | source
function __rafka_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l candidates (rafka __complete -- $words[2..-1] "$typed" 2>/dev/null)
    if test (count $candidates) -gt 0
        printf '%s\n' $candidates
    else
        # Where rafka has nothing to say, files are completed.
        __fish_complete_path "$typed"
    end
end
complete -c rafka -f -a '(__rafka_complete)'
