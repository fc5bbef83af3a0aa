#include "driver/completion.h"

#include <vector>

#include "base/text.h"
#include "driver/describe.h"
#include "probes/provider.h"

namespace trc {
namespace {

struct Option {
  char letter;
  std::string_view name, argument, doc;
};
constexpr Option kOptions[] = {
#define OPTION(id, letter, name, argument, doc) {letter, name, argument, doc},
#include "driver/options.def"
#undef OPTION
};

/// What can stand behind an option.
enum class Values : uint8_t { none, words, files, directories, processes, commands, probes, any };

/// `words`: those that the option's doc lists behind its first colon, "output format: text or json".
Values values_of(const Option& option) {
  constexpr std::pair<std::string_view, Values> kByArgument[] = {
      {"FILE", Values::files},       {"DIR", Values::directories}, {"PID", Values::processes},
      {"COMMAND", Values::commands}, {"PROGRAM", Values::any},     {"REGEX", Values::any}};
  if (option.argument.empty()) return option.letter == 'l' ? Values::probes : Values::none;
  for (const auto& [argument, values] : kByArgument)
    if (option.argument == argument) return values;
  return Values::words;
}

std::string words_of(const Option& option) {
  const size_t colon = option.doc.find(": ");
  if (colon == option.doc.npos) return "";
  std::string words;
  std::string text(option.doc.substr(colon + 2, option.doc.find(':', colon + 2) - colon - 2));
  for (char& c : text)
    if (c == ',') c = ' ';
  for (std::string_view word : split(text, ' '))
    if (!word.empty() && word != "or") words += (words.empty() ? "" : " ") + std::string(word);
  return words;
}

/// "-o --output", as far as there are both.
std::string spellings(const Option& option, const char* between) {
  std::string text = option.letter ? std::string("-") + option.letter : "";
  if (!option.name.empty())
    text += (text.empty() ? "--" : std::string(between) + "--") + std::string(option.name);
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string provider_words() {
  std::vector<std::string> words;
  for (const probes::Provider& provider : probes::providers())
    words.push_back(std::string(provider.name) + ":");
  return joined(words);
}

std::string names_to_describe() {
  std::vector<std::string> words;
  for (const NameGroup& group : describable_names())
    words.insert(words.end(), group.names.begin(), group.names.end());
  return joined(words);
}

std::string all_options() {
  std::vector<std::string> words;
  for (const Option& option : kOptions)
    words.push_back(spellings(option, " "));
  return joined(words);
}

constexpr std::string_view kHead =
    "# Completion of trc's command line for @shell. Made by `trc completion @shell`.\n";

// ---- bash

std::string_view bash_action(Values values) {
  switch (values) {
  case Values::files: return "_trc_files";
  case Values::directories: return "COMPREPLY=($(compgen -d -- \"$word\"))";
  case Values::processes: return "COMPREPLY=($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"$word\"))";
  case Values::commands: return "COMPREPLY=($(compgen -c -- \"$word\"))";
  case Values::probes: return "_trc_probes";
  default: return ":";
  }
}

std::string bash_cases() {
  std::string text;
  for (const Option& option : kOptions) {
    const Values values = values_of(option);
    if (values == Values::none) continue;
    text += "    " + spellings(option, "|") + (values == Values::probes ? "|-lv) " : ") ");
    text += values == Values::words ? "COMPREPLY=($(compgen -W \"" + words_of(option) + "\" -- \"$word\"))"
                                    : std::string(bash_action(values));
    text += "; return ;;\n";
  }
  return text;
}

// `:` cuts words in bash: the word is put together again, and what stands before its last colon taken off the
// answers, as bash then expects them.
constexpr std::string_view kBash = R"sh(
_trc_files() {
  local IFS=$'\n'
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen -f -- "$word"))
}

_trc_without_colons() {
  local before=${word%"${word##*:}"} i
  [ -z "$before" ] && return
  for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$before"}; done
}

# The types, and behind a colon what the kernel has of that type.
_trc_probes() {
  compopt -o nospace 2> /dev/null
  if [[ $word == *:* ]]; then
    COMPREPLY=($(compgen -W "$(trc -l "$word*" 2> /dev/null)" -- "$word"))
  else
    COMPREPLY=($(compgen -W "@providers" -- "$word"))
    [ ${#COMPREPLY[@]} -eq 0 ] && _trc_files
  fi
  _trc_without_colons
}

_trc() {
  local word=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD previous
  COMPREPLY=()
  # The pieces of TYPE:NAME.
  while [ "$at" -gt 1 ] && { [ "${COMP_WORDS[at]}" = : ] || [ "${COMP_WORDS[at-1]}" = : ]; }; do
    at=$((at - 1))
    word=${COMP_WORDS[at]}$word
  done
  previous=${COMP_WORDS[at-1]}
  # The pieces of --NAME=VALUE.
  if [ "$word" = = ]; then word= previous=${COMP_WORDS[at-1]}
  elif [ "$previous" = = ]; then previous=${COMP_WORDS[at-2]}; fi
  case ${COMP_WORDS[1]} in
    describe) COMPREPLY=($(compgen -W "@names" -- "$word")); return ;;
    completion) [ "$at" -eq 2 ] && COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
  esac
  case $previous in
@cases  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "@options" -- "$word"))
    return
  fi
  _trc_files
  [ "$at" -eq 1 ] && COMPREPLY+=($(compgen -W "describe completion" -- "$word"))
}
complete -F _trc trc
)sh";

// ---- zsh

/// What zsh takes for the end of a description or has a meaning within single quotes.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      out.append("\\").append(1, c);
    else
      out += c;
  }
  return out;
}

std::string zsh_action(const Option& option) {
  switch (values_of(option)) {
  case Values::none: return "";
  case Values::words: return ":value:(" + words_of(option) + ")";
  case Values::files: return ":file:_files";
  case Values::directories: return ":directory:_files -/";
  case Values::processes: return ":process:_pids";
  case Values::commands: return ":command:_command_names -e";
  case Values::probes: return "";
  case Values::any: return ":text: ";
  }
  return "";
}

std::string zsh_options() {
  std::string text;
  for (const Option& option : kOptions) {
    const std::string rest = "[" + zsh_text(option.doc) + "]" + zsh_action(option);
    if (option.letter) text += "    '-" + std::string(1, option.letter) + rest + "' \\\n";
    if (!option.name.empty())
      text += "    '--" + std::string(option.name) + (option.argument.empty() ? "" : "=") + rest + "' \\\n";
  }
  return text;
}

constexpr std::string_view kZsh = R"sh(
_trc_words() {
  if (( ${words[(I)(-l|-lv|--list)]} )); then
    if [[ $PREFIX == *:* ]]; then compadd -- ${(f)"$(trc -l "$PREFIX*" 2> /dev/null)"}
    else compadd -S '' -- @providers; fi
  fi
  _files
  (( CURRENT == 2 )) && compadd -- describe completion
}

_trc() {
  case ${words[2]} in
    describe) compadd -- @names; return ;;
    completion) compadd -- bash zsh fish; return ;;
  esac
  _arguments -s \
@options    '*: :_trc_words'
}
if [ "$funcstack[1]" = _trc ]; then _trc "$@"; else compdef _trc trc; fi
)sh";

// ---- fish

std::string fish_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string fish_action(const Option& option) {
  switch (values_of(option)) {
  case Values::none:
  case Values::probes: return "";
  case Values::words: return " -x -a '" + words_of(option) + "'";
  case Values::files: return " -r -F";
  case Values::directories: return " -x -a '(__fish_complete_directories)'";
  case Values::processes: return " -x -a '(__fish_complete_pids)'";
  case Values::commands: return " -x -a '(__fish_complete_command)'";
  case Values::any: return " -x";
  }
  return "";
}

std::string fish_options() {
  std::string text;
  for (const Option& option : kOptions) {
    text += "complete -c trc -n 'not __fish_seen_subcommand_from describe completion'";
    if (option.letter) text += std::string(" -s ") + option.letter;
    if (!option.name.empty()) text += " -l " + std::string(option.name);
    text += fish_action(option) + " -d '" + fish_text(option.doc) + "'\n";
  }
  return text;
}

constexpr std::string_view kFish = R"sh(
@optionsfunction __trc_probes
  set -l word (commandline -ct)
  if string match -q '*:*' -- $word; trc -l "$word*" 2> /dev/null; else; string split ' ' '@providers'; end
end
complete -c trc -n '__fish_contains_opt -s l list' -f -a '(__trc_probes)'
complete -c trc -n '__fish_use_subcommand' -a 'describe' -d 'what a name means'
complete -c trc -n '__fish_use_subcommand' -a 'completion' -d 'a script for a shell'
complete -c trc -n '__fish_seen_subcommand_from describe' -f -a '@names'
complete -c trc -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
)sh";

/// A template with its names filled in.
std::string filled(std::string_view text, const std::vector<std::pair<std::string_view, std::string>>& by) {
  std::string out(text);
  for (const auto& [name, value] : by)
    for (size_t at = out.find(name); at != out.npos; at = out.find(name, at + value.size()))
      out.replace(at, name.size(), value);
  return out;
}

} // namespace

Result<std::string> completion(const std::string& shell) {
  const std::string head = filled(kHead, {{"@shell", shell}});
  const std::string providers = provider_words(), names = names_to_describe();
  if (shell == "bash")
    return head + filled(kBash, {{"@providers", providers},
                                 {"@names", names},
                                 {"@cases", bash_cases()},
                                 {"@options", all_options()}});
  if (shell == "zsh")
    return "#compdef trc\n" + head +
           filled(kZsh, {{"@providers", providers}, {"@names", names}, {"@options", zsh_options()}});
  if (shell == "fish")
    return head + filled(kFish, {{"@providers", providers}, {"@names", names}, {"@options", fish_options()}});
  return failure(ErrorKind::invalid,
                 shell.empty() ? "`trc completion` needs a shell"
                               : "there is no completion for `" + shell + "`",
                 "known are `bash`, `zsh` and `fish`");
}

} // namespace trc
