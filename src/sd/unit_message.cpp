#include "sd/unit_message.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "sd/systemd_names.h"

namespace hutch::sd {

namespace {

/// Keeps the first error of a sequence of sd_bus_message_*() calls; what follows an error fails too, harmlessly.
class Writer {
  public:
    explicit Writer(sd_bus_message* message) : message_(message) {}

    void property(const UnitProperty& property)
    {
        open('r', "sv");
        string(property.name);
        std::visit([this](const auto& value) { variant(value); }, property.value);
        close();
    }
    void unit_properties(const TransientUnit& unit)
    {
        open('a', "(sv)");
        for (const UnitProperty& each : unit.properties) {
            property(each);
        }
        close();
    }
    void auxiliary(const TransientUnit& unit)
    {
        open('a', "(sa(sv))");
        for (const TransientUnit& each : unit.auxiliary) {
            open('r', "sa(sv)");
            string(each.name);
            unit_properties(each);
            close();
        }
        close();
    }
    void string(const std::string& text) { note(sd_bus_message_append(message_, "s", text.c_str())); }
    int result() const { return result_; }

  private:
    void note(int result) { result_ = result_ < 0 ? result_ : std::min(result, 0); }
    void open(char type, const char* contents) { note(sd_bus_message_open_container(message_, type, contents)); }
    void close() { note(sd_bus_message_close_container(message_)); }

    void variant(bool value) { note(sd_bus_message_append(message_, "v", "b", static_cast<int>(value))); }
    void variant(std::uint64_t value) { note(sd_bus_message_append(message_, "v", "t", value)); }
    void variant(const std::string& value) { note(sd_bus_message_append(message_, "v", "s", value.c_str())); }
    void variant(const std::vector<std::uint32_t>& values)
    {
        open('v', "au");
        note(sd_bus_message_append_array(message_, 'u', values.data(), values.size() * sizeof(std::uint32_t)));
        close();
    }
    void variant(const std::vector<std::string>& values)
    {
        open('v', "as");
        open('a', "s");
        std::ranges::for_each(values, [this](const std::string& value) { string(value); });
        close();
        close();
    }
    void variant(const std::vector<DeviceRate>& rates)
    {
        open('v', "a(st)");
        open('a', "(st)");
        for (const auto& [device, rate] : rates) {
            note(sd_bus_message_append(message_, "(st)", device.c_str(), rate));
        }
        close();
        close();
    }

    sd_bus_message* message_;
    int result_ = 0;
};

Result<MessagePtr> manager_call(const Bus& bus, const char* method)
{
    sd_bus_message* message = nullptr;
    int r = sd_bus_message_new_method_call(bus.native(), &message, systemd_service, manager_object, manager_interface,
                                           method);
    if (r < 0) {
        return system_error(fmt::format("make the call {}", method), -r);
    }
    return MessagePtr(message);
}

bool is_word_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool has_word(std::string_view text, std::string_view word)
{
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        std::size_t end = at + word.size();
        if ((at == 0 || !is_word_character(text[at - 1])) && (end == text.size() || !is_word_character(text[end]))) {
            return true;
        }
    }
    return false;
}

} // namespace

Result<MessagePtr> start_transient_unit_message(const Bus& bus, const TransientUnit& unit)
{
    Result<MessagePtr> message = manager_call(bus, "StartTransientUnit");
    if (!message) {
        return message;
    }
    Writer writer(message->get());
    writer.string(unit.name);
    writer.string("fail");
    writer.unit_properties(unit);
    writer.auxiliary(unit);
    if (writer.result() < 0) {
        return system_error(fmt::format("describe unit '{}'", unit.name), -writer.result());
    }
    return message;
}

Result<MessagePtr> unit_call_message(const Bus& bus, const char* method, const std::string& unit, const char* mode)
{
    Result<MessagePtr> message = manager_call(bus, method);
    if (!message) {
        return message;
    }
    Writer writer(message->get());
    writer.string(unit);
    if (mode != nullptr) {
        writer.string(mode);
    }
    if (writer.result() < 0) {
        return system_error(fmt::format("make the call {} '{}'", method, unit), -writer.result());
    }
    return message;
}

Result<MessagePtr> attach_message(const Bus& bus, const std::string& unit, int pid)
{
    Result<MessagePtr> message = manager_call(bus, "AttachProcessesToUnit");
    if (!message) {
        return message;
    }
    const int r = sd_bus_message_append(message->get(), "ssau", unit.c_str(), "", 1, static_cast<std::uint32_t>(pid));
    if (r < 0) {
        return system_error(fmt::format("make the call AttachProcessesToUnit '{}'", unit), -r);
    }
    return message;
}

std::optional<std::string> refused_property(const TransientUnit& unit, const BusError& error)
{
    if (error.name != error_unknown_property) {
        return std::nullopt;
    }
    auto refused = std::ranges::find_if(unit.properties, [&](const UnitProperty& property) {
        return property.optional && has_word(error.text, property.name);
    });
    return refused == unit.properties.end() ? std::nullopt : std::optional(refused->name);
}

Result<std::string> unit_object_path(const std::string& unit)
{
    char* path = nullptr;
    if (int r = sd_bus_path_encode(unit_object, unit.c_str(), &path); r < 0) {
        return system_error(fmt::format("object path of unit '{}'", unit), -r);
    }
    std::string text(path);
    std::free(path);
    return text;
}

const char* unit_interface(const std::string& unit)
{
    if (unit.ends_with(".slice")) {
        return "org.freedesktop.systemd1.Slice";
    }
    return unit.ends_with(".service") ? "org.freedesktop.systemd1.Service" : "org.freedesktop.systemd1.Scope";
}

} // namespace hutch::sd
