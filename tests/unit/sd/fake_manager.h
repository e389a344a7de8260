// A systemd manager at the other end of a socketpair, in a thread of its own: the few methods, properties and signals
// of org.freedesktop.systemd1 that hutch uses. What it does wrong, it does on purpose: see Behaviour.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include <gtest/gtest.h>

#include "base/fd.h"

namespace hutch::sd {

struct Behaviour {
    std::set<std::string> unknown_properties = {}; ///< refused as systemd does: PropertyReadOnly
    std::set<std::string> existing_units = {};     ///< starting one of them, or with one as an auxiliary: UnitExists
    std::set<std::string> silent_methods = {};     ///< never answered
    std::string job_result = "done";
    bool lose_jobs = false; ///< no JobRemoved
    bool signal_before_reply = false;
    bool foreign_jobs = false; ///< JobRemoved of other units in between
    std::function<std::string(const std::string& unit)> control_group = [](const std::string&) { return ""; };
    /// What systemd would do to the machine: called before the job ends.
    std::function<void(const std::string& unit, const std::map<std::string, std::string>& properties)> on_start =
        [](const std::string&, const auto&) {};
    std::function<void(const std::string& unit)> on_stop = [](const std::string&) {};
};

/// One call as it was seen: "StartTransientUnit x.scope", with the unit's properties as text.
struct SeenCall {
    std::string text = {};
    std::map<std::string, std::string> properties = {};
    std::vector<std::string> auxiliary = {};
};

class FakeManager {
  public:
    explicit FakeManager(Behaviour behaviour = {}) : behaviour_(std::move(behaviour))
    {
        int ends[2] = {-1, -1};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
        client_.reset(ends[0]);
        thread_ = std::thread([this, fd = ends[1]] { serve(fd); });
    }
    FakeManager(const FakeManager&) = delete;
    ~FakeManager()
    {
        over_ = true;
        thread_.join();
    }

    /// The client's end; once.
    base::UniqueFd take_socket() { return std::move(client_); }

    std::vector<SeenCall> calls()
    {
        std::lock_guard lock(mutex_);
        return calls_;
    }
    std::vector<std::string> call_texts()
    {
        std::vector<std::string> texts;
        for (const SeenCall& call : calls()) {
            texts.push_back(call.text);
        }
        return texts;
    }

  private:
    void serve(int fd)
    {
        sd_bus* bus = nullptr;
        sd_id128_t id{};
        EXPECT_GE(sd_bus_new(&bus), 0);
        EXPECT_GE(sd_bus_set_fd(bus, fd, fd), 0);
        EXPECT_GE(sd_bus_set_server(bus, 1, id), 0);
        EXPECT_GE(sd_bus_start(bus), 0);
        EXPECT_GE(sd_bus_add_object_vtable(bus, nullptr, "/org/freedesktop/systemd1",
                                           "org.freedesktop.systemd1.Manager", manager_vtable(), this),
                  0);
        for (const char* interface : {"org.freedesktop.systemd1.Scope", "org.freedesktop.systemd1.Slice"}) {
            EXPECT_GE(sd_bus_add_fallback_vtable(bus, nullptr, "/org/freedesktop/systemd1/unit", interface,
                                                 unit_vtable(), nullptr, this),
                      0);
        }
        while (!over_) {
            int r = sd_bus_process(bus, nullptr);
            if (r < 0) {
                break;
            }
            if (r == 0) {
                sd_bus_wait(bus, 5'000);
            }
        }
        sd_bus_flush_close_unref(bus);
    }

    static const sd_bus_vtable* manager_vtable()
    {
        static const sd_bus_vtable table[] = {
            SD_BUS_VTABLE_START(0),
            SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", start, 0),
            SD_BUS_METHOD("StopUnit", "ss", "o", stop, 0),
            SD_BUS_METHOD("AttachProcessesToUnit", "ssau", "", attach, 0),
            SD_BUS_METHOD("ResetFailedUnit", "s", "", reset_failed, 0),
            SD_BUS_METHOD("Subscribe", "", "", subscribe, 0),
            SD_BUS_PROPERTY("Version", "s", version, 0, 0),
            SD_BUS_PROPERTY("ControlGroup", "s", manager_group, 0, 0),
            SD_BUS_SIGNAL("JobRemoved", "uoss", 0),
            SD_BUS_VTABLE_END,
        };
        return table;
    }
    static const sd_bus_vtable* unit_vtable()
    {
        static const sd_bus_vtable table[] = {
            SD_BUS_VTABLE_START(0),
            SD_BUS_PROPERTY("ControlGroup", "s", unit_group, 0, 0),
            SD_BUS_VTABLE_END,
        };
        return table;
    }

    static FakeManager& self(void* userdata) { return *static_cast<FakeManager*>(userdata); }

    void saw(SeenCall call)
    {
        std::lock_guard lock(mutex_);
        calls_.push_back(std::move(call));
    }

    /// A variant as text: "true", "42", "a b", "[1 2]", "[/dev/vda=7]".
    static std::string read_variant(sd_bus_message* m)
    {
        const char* contents = nullptr;
        char type = 0;
        EXPECT_GT(sd_bus_message_peek_type(m, &type, &contents), 0);
        std::string signature = contents;
        EXPECT_GT(sd_bus_message_enter_container(m, 'v', contents), 0);
        std::string text;
        if (signature == "b") {
            int value = 0;
            sd_bus_message_read(m, "b", &value);
            text = value != 0 ? "true" : "false";
        } else if (signature == "t") {
            std::uint64_t value = 0;
            sd_bus_message_read(m, "t", &value);
            text = std::to_string(value);
        } else if (signature == "s") {
            const char* value = nullptr;
            sd_bus_message_read(m, "s", &value);
            text = value;
        } else {
            text = "[" + read_array(m, signature) + "]";
        }
        EXPECT_GE(sd_bus_message_exit_container(m), 0);
        return text;
    }
    static std::string read_array(sd_bus_message* m, const std::string& signature)
    {
        std::string text;
        EXPECT_GT(sd_bus_message_enter_container(m, 'a', signature.c_str() + 1), 0);
        auto add = [&](const std::string& item) { text += (text.empty() ? "" : " ") + item; };
        const char* name = nullptr;
        std::uint64_t number = 0;
        std::uint32_t small = 0;
        if (signature == "au") {
            while (sd_bus_message_read(m, "u", &small) > 0) {
                add(std::to_string(small));
            }
        } else if (signature == "as") {
            while (sd_bus_message_read(m, "s", &name) > 0) {
                add(name);
            }
        } else if (signature == "a(st)") {
            while (sd_bus_message_read(m, "(st)", &name, &number) > 0) {
                add(std::string(name) + "=" + std::to_string(number));
            }
        } else {
            ADD_FAILURE() << "property of type " << signature;
        }
        EXPECT_GE(sd_bus_message_exit_container(m), 0);
        return text;
    }
    static std::map<std::string, std::string> read_properties(sd_bus_message* m)
    {
        std::map<std::string, std::string> properties;
        EXPECT_GE(sd_bus_message_enter_container(m, 'a', "(sv)"), 0);
        while (sd_bus_message_enter_container(m, 'r', "sv") > 0) {
            const char* name = nullptr;
            EXPECT_GT(sd_bus_message_read(m, "s", &name), 0);
            std::string key = name;
            properties[key] = read_variant(m);
            EXPECT_GE(sd_bus_message_exit_container(m), 0);
        }
        EXPECT_GE(sd_bus_message_exit_container(m), 0);
        return properties;
    }

    static int start(sd_bus_message* m, void* userdata, sd_bus_error* error)
    {
        FakeManager& manager = self(userdata);
        const Behaviour& behaviour = manager.behaviour_;
        const char *name = nullptr, *mode = nullptr;
        EXPECT_GT(sd_bus_message_read(m, "ss", &name, &mode), 0);
        EXPECT_STREQ(mode, "fail");
        SeenCall call{.text = std::string("StartTransientUnit ") + name, .properties = read_properties(m)};
        EXPECT_GE(sd_bus_message_enter_container(m, 'a', "(sa(sv))"), 0);
        while (sd_bus_message_enter_container(m, 'r', "sa(sv)") > 0) {
            const char* auxiliary = nullptr;
            EXPECT_GT(sd_bus_message_read(m, "s", &auxiliary), 0);
            call.auxiliary.emplace_back(auxiliary);
            read_properties(m);
            EXPECT_GE(sd_bus_message_exit_container(m), 0);
        }
        EXPECT_GE(sd_bus_message_exit_container(m), 0);
        manager.saw(call);
        if (behaviour.silent_methods.contains("StartTransientUnit")) {
            return 1;
        }
        std::vector<std::string> units = call.auxiliary;
        units.emplace_back(name);
        for (const std::string& unit : units) {
            if (behaviour.existing_units.contains(unit)) {
                return sd_bus_error_setf(error, "org.freedesktop.systemd1.UnitExists",
                                         "Unit %s was already loaded or has a fragment file.", unit.c_str());
            }
        }
        for (const std::string& unknown : behaviour.unknown_properties) {
            if (call.properties.contains(unknown)) {
                return sd_bus_error_setf(error, SD_BUS_ERROR_PROPERTY_READ_ONLY,
                                         "Cannot set property %s, or unknown property.", unknown.c_str());
            }
        }
        behaviour.on_start(name, call.properties);
        return manager.run_job(m, name);
    }

    static int stop(sd_bus_message* m, void* userdata, sd_bus_error* error)
    {
        FakeManager& manager = self(userdata);
        const char *name = nullptr, *mode = nullptr;
        EXPECT_GT(sd_bus_message_read(m, "ss", &name, &mode), 0);
        manager.saw({.text = std::string("StopUnit ") + name});
        if (!manager.behaviour_.existing_units.contains(name)) {
            return sd_bus_error_setf(error, "org.freedesktop.systemd1.NoSuchUnit", "Unit %s not loaded.", name);
        }
        manager.behaviour_.on_stop(name);
        return manager.run_job(m, name);
    }

    int run_job(sd_bus_message* m, const std::string& unit)
    {
        std::uint32_t id = ++last_job_;
        std::string path = "/org/freedesktop/systemd1/job/" + std::to_string(id);
        sd_bus* bus = sd_bus_message_get_bus(m);
        auto removed = [&](std::uint32_t job, const std::string& job_path, const std::string& name) {
            sd_bus_emit_signal(bus, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "JobRemoved",
                               "uoss", job, job_path.c_str(), name.c_str(), behaviour_.job_result.c_str());
        };
        if (behaviour_.foreign_jobs) {
            removed(9999, "/org/freedesktop/systemd1/job/9999", "other.service");
        }
        if (behaviour_.signal_before_reply) {
            removed(id, path, unit);
        }
        int r = sd_bus_reply_method_return(m, "o", path.c_str());
        if (!behaviour_.signal_before_reply && !behaviour_.lose_jobs) {
            removed(id, path, unit);
        }
        return r;
    }

    static int attach(sd_bus_message* m, void* userdata, sd_bus_error* error)
    {
        const char *name = nullptr, *below = nullptr;
        EXPECT_GT(sd_bus_message_read(m, "ss", &name, &below), 0);
        const std::string text =
            std::string("AttachProcessesToUnit ") + name + " '" + below + "' [" + read_array(m, "au") + "]";
        self(userdata).saw({.text = text});
        if (!self(userdata).behaviour_.existing_units.contains(name)) {
            return sd_bus_error_setf(error, "org.freedesktop.systemd1.NoSuchUnit", "Unit %s not loaded.", name);
        }
        return sd_bus_reply_method_return(m, "");
    }
    static int reset_failed(sd_bus_message* m, void* userdata, sd_bus_error*)
    {
        const char* name = nullptr;
        EXPECT_GT(sd_bus_message_read(m, "s", &name), 0);
        self(userdata).saw({.text = std::string("ResetFailedUnit ") + name});
        return sd_bus_reply_method_return(m, "");
    }
    static int subscribe(sd_bus_message* m, void*, sd_bus_error*) { return sd_bus_reply_method_return(m, ""); }
    static int version(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*)
    {
        return sd_bus_message_append(reply, "s", "252.39-1~fake");
    }
    static int manager_group(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* userdata,
                             sd_bus_error*)
    {
        return sd_bus_message_append(reply, "s", self(userdata).behaviour_.control_group("").c_str());
    }
    static int unit_group(sd_bus*, const char* path, const char*, const char*, sd_bus_message* reply, void* userdata,
                          sd_bus_error*)
    {
        char* unit = nullptr;
        EXPECT_GT(sd_bus_path_decode(path, "/org/freedesktop/systemd1/unit", &unit), 0);
        std::string name = unit;
        free(unit);
        return sd_bus_message_append(reply, "s", self(userdata).behaviour_.control_group(name).c_str());
    }

    Behaviour behaviour_;
    base::UniqueFd client_;
    std::atomic<bool> over_ = false;
    std::uint32_t last_job_ = 0;
    std::mutex mutex_;
    std::vector<SeenCall> calls_;
    std::thread thread_;
};

} // namespace hutch::sd
