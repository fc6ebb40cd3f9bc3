// From a name to a model file. What is no model gets a sentence with what was tried and what to do.
#include "store/resolve.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "store/builtin_model.h"

namespace hob::store {

namespace {

namespace fs = std::filesystem;

Result<ResolvedModel> opened(const std::string& name, Result<tensor::GgufFile> file) {
  if (!file) return file.error();
  return ResolvedModel{name, std::make_shared<const tensor::GgufFile>(std::move(file).value())};
}

// The GGUF files of a folder, sorted; the error code where it cannot be read.
std::vector<std::string> models_in(const fs::path& folder, std::error_code& error) {
  std::vector<std::string> found;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".gguf") found.push_back(it->path().string());
  std::sort(found.begin(), found.end());
  return found;
}

Error is_directory(const std::string& name) {
  constexpr size_t kMostListed = 20;
  std::error_code error;
  std::vector<std::string> models = models_in(name, error);
  if (error) return fail("{}: is a directory that cannot be read ({})", name, error.message());
  if (models.empty())
    return fail("{}: is a directory without .gguf files; name a model file, or '{}'", name,
                kBuiltinName);
  const size_t more = models.size() - std::min(models.size(), kMostListed);
  models.resize(models.size() - more);
  return fail("{}: is a directory; name one of its models: {}{}", name, fmt::join(models, ", "),
              more == 0 ? "" : fmt::format(" and {} more", more));
}

Error is_nothing(const std::string& name, const std::string& why) {
  const std::string tried =
      builtin_model_bytes().empty()
          ? fmt::format("no file has this name ({})", why)
          : fmt::format("no file has this name ({}), and the built-in model is called '{}'", why,
                        kBuiltinName);
  return fail("{}: {}; name a model file, as in 'hob run path/to/model.gguf'{}", name, tried,
              builtin_model_bytes().empty() ? "" : ", or 'hob run builtin'");
}

}  // namespace

Result<ResolvedModel> resolve(const std::string& name) {
  if (name == kBuiltinName) {
    const auto bytes = builtin_model_bytes();
    if (bytes.empty())
      return fail(
          "{}: this program was built without its built-in model; name a model file, as in 'hob "
          "run "
          "path/to/model.gguf'",
          name);
    return opened(name, tensor::GgufFile::parse(bytes, name));
  }
  if (name.empty())
    return fail("a model's name is empty; name a model file, or '{}'", kBuiltinName);
  std::error_code error;
  const fs::file_status status = fs::status(name, error);
  if (fs::is_directory(status)) return is_directory(name);
  if (status.type() == fs::file_type::not_found)
    return is_nothing(name, "No such file or directory");
  return opened(name, tensor::GgufFile::open(name));
}

}  // namespace hob::store
