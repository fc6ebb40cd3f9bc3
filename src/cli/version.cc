namespace hob::cli {
const char* version() {
  return HOB_VERSION;
}
}  // namespace hob::cli
