#include "trc_runner.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace differential {
namespace {

/// Values in one line of output, and lines in one probe: a program of some thousand instructions.
constexpr size_t kLine = 16, kLines = 8;

/// A file that goes away.
class Scratch {
public:
  Scratch() {
    char path[] = "/tmp/trc-differential-XXXXXX";
    const int fd = mkstemp(path);
    if (fd >= 0) close(fd);
    path_ = path;
  }
  ~Scratch() { std::remove(path_.c_str()); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  std::string read() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

private:
  std::string path_;
};

/// What a command prints; its errors go to `errors`.
std::string output_of(const std::string& command, const Scratch& errors, int& status) {
  std::string output;
  std::FILE* pipe = popen((command + " 2> " + errors.path() + " < /dev/null").c_str(), "r");
  if (pipe == nullptr) return output;
  char block[65536];
  while (size_t size = std::fread(block, 1, sizeof block, pipe))
    output.append(block, size);
  status = pclose(pipe);
  return output;
}

/// Declared variables stand at the head of each probe, maps are set by the first one.
std::string assignments(const std::vector<Leaf>& leaves) {
  std::string text = "begin {\n";
  for (const Leaf& leaf : leaves)
    text += "  @" + leaf.name.substr(1) + " = " + constant_text(leaf) + ";\n";
  return text + "}\n";
}

std::string declarations(const std::vector<Leaf>& leaves) {
  std::string text;
  for (const Leaf& leaf : leaves) {
    if (leaf.name[0] != '$') continue;
    const std::string type(kTypes[leaf.type].name);
    text += "  let " + leaf.name + " : " + type + " = (" + type + ")@" + leaf.name.substr(1) + ";\n";
  }
  return text;
}

std::string script_of(const std::vector<Leaf>& leaves, const std::vector<std::string>& expressions) {
  std::string text = assignments(leaves);
  const std::string head = "begin {\n" + declarations(leaves);
  for (size_t at = 0; at < expressions.size();) {
    text += head;
    for (size_t line = 0; line < kLines && at < expressions.size(); ++line) {
      text += "  print((";
      for (size_t i = 0; i < kLine && at < expressions.size(); ++i)
        text += expressions[at++] + ",";
      text += "));\n";
    }
    text += "}\n";
  }
  return text;
}

/// The elements of lines like `(1, true, -5)`, as far as they go.
std::vector<std::string> values_of(const std::string& output) {
  std::vector<std::string> values;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line) && line.starts_with('(');) {
    std::istringstream elements(line.substr(1, line.size() - 2));
    for (std::string element; std::getline(elements >> std::ws, element, ',');)
      values.push_back(element);
  }
  return values;
}

} // namespace

std::optional<std::vector<std::string>> run(const Program& trc, const std::vector<Leaf>& leaves,
                                            const std::vector<std::string>& expressions, std::string& error) {
  const Scratch script, errors;
  script.write(script_of(leaves, expressions));
  int status = -1;
  const std::string output = output_of(trc.path + " -q --no-warnings " + script.path(), errors, status);
  std::vector<std::string> values = values_of(output);
  if (status == 0 && values.size() == expressions.size()) return values;
  error = "trc ended with status " + std::to_string(WEXITSTATUS(status)) + " and " +
          std::to_string(values.size()) + " of " + std::to_string(expressions.size()) + " values\n" +
          errors.read().substr(0, 4000);
  return std::nullopt;
}

std::set<size_t> refused(const Program& trc, const std::vector<std::string>& expressions) {
  const Scratch script, errors;
  std::string text = "begin {\n";
  for (const std::string& expression : expressions)
    text += "print(" + expression + ");\n";
  script.write(text + "}\n");
  int status = -1;
  output_of(trc.path + " --dry-run --no-warnings --kernel " + trc.kernel + " " + script.path(), errors,
            status);
  std::set<size_t> lines;
  std::istringstream messages(errors.read());
  for (std::string line; std::getline(messages, line);) {
    if (!line.starts_with(script.path() + ":") || line.find(": error: ") == line.npos) continue;
    lines.insert(std::strtoul(line.c_str() + script.path().size() + 1, nullptr, 10) - 2);
  }
  return lines;
}

} // namespace differential
