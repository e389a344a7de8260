/* The network: listeners of the machine, and sockets that ordinary programs do not need. */
#include "attack.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in loopback(long port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int new_socket(int family, int type, int protocol)
{
    const int file = socket(family, type | SOCK_CLOEXEC, protocol);
    if (file < 0)
        refused("socket(%d, %d, %d)", family, type, protocol);
    return file;
}

/* Says its name to the witness, which remembers who called. */
static void tell(int file)
{
    if (send(file, attack_name, strlen(attack_name), MSG_NOSIGNAL) < 0)
        refused("send");
}

static void tcp_loopback(const struct world* world)
{
    const int file = new_socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in address = loopback(world->tcp_port);
    if (connect(file, (const struct sockaddr*)&address, sizeof address) != 0)
        refused("connect(127.0.0.1:%ld)", world->tcp_port);
    tell(file);
    reached("connect(127.0.0.1:%ld)", world->tcp_port);
}

/* Nobody says no to a datagram: what answers, decides. */
static void udp_loopback(const struct world* world)
{
    const int file = new_socket(AF_INET, SOCK_DGRAM, 0);
    const struct sockaddr_in address = loopback(world->udp_port);
    if (connect(file, (const struct sockaddr*)&address, sizeof address) != 0)
        refused("connect(127.0.0.1:%ld, udp)", world->udp_port);
    tell(file);
    struct pollfd ready = {.fd = file, .events = POLLIN};
    char answer[16];
    if (poll(&ready, 1, 5000) != 1) {
        errno = ETIMEDOUT;
        refused("no answer from udp 127.0.0.1:%ld", world->udp_port);
    }
    judge(recv(file, answer, sizeof answer, 0), "udp 127.0.0.1");
}

static void tcp_loopback6(const struct world* world)
{
    const int file = new_socket(AF_INET6, SOCK_STREAM, 0);
    const struct sockaddr_in6 address = {
        .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)world->tcp_port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    if (connect(file, (const struct sockaddr*)&address, sizeof address) != 0)
        refused("connect([::1]:%ld)", world->tcp_port);
    tell(file);
    reached("connect([::1]:%ld)", world->tcp_port);
}

/* 192.0.2.1 is nobody's (RFC 5737): a network that has a route would try it. */
static void network_outside(const struct world* world)
{
    (void)world;
    const int file = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = loopback(9);
    address.sin_addr.s_addr = htonl(0xc0000201);
    if (connect(file, (const struct sockaddr*)&address, sizeof address) != 0 && errno != EINPROGRESS)
        refused("connect(192.0.2.1)");
    reached("there is a route to 192.0.2.1");
}

static void abstract_socket(const struct world* world)
{
    const int file = new_socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t length = strlen(world->abstract_name);
    memcpy(address.sun_path + 1, world->abstract_name,
           length < sizeof address.sun_path - 1 ? length : sizeof address.sun_path - 1);
    if (connect(file, (const struct sockaddr*)&address,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) != 0)
        refused("connect(@%s)", world->abstract_name);
    tell(file);
    reached("connect(@%s)", world->abstract_name);
}

static void path_socket(const struct world* world)
{
    const int file = new_socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[LONGEST_TEXT + 16];
    snprintf(path, sizeof path, "%s/socket", world->outside);
    if (strlen(path) >= sizeof address.sun_path)
        skipped("the path is too long for a socket");
    strcpy(address.sun_path, path);
    if (connect(file, (const struct sockaddr*)&address, sizeof address) != 0)
        refused("connect(%s)", path);
    tell(file);
    reached("connect(%s)", path);
}

/* In a network of its own it hears and says what it likes. */
static _Noreturn void judge_network(const struct world* world, int result, const char* what)
{
    if (result >= 0 && !outside_namespace(world, "net"))
        contained("%s, in a network of its own", what);
    judge(result, what);
}

static void raw_socket(const struct world* world)
{
    judge_network(world, socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP), "socket(SOCK_RAW)");
}

static void packet_socket(const struct world* world)
{
    judge_network(world, socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), "socket(AF_PACKET)");
}

static void vsock(const struct world* world)
{
    (void)world;
    judge(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket(AF_VSOCK), which leads to the hypervisor");
}

/* Takes lo up, which it is: whoever may do that may do anything to the network. */
static void configure_network(const struct world* world)
{
    const int file = new_socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING};
    judge_network(world, ioctl(file, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
}

static void netlink_audit(const struct world* world)
{
    (void)world;
    const int file = new_socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
    struct {
        struct nlmsghdr header;
        char text[16];
    } message = {.header = {.nlmsg_len = sizeof message,
                            .nlmsg_type = 1105 /* AUDIT_USER */,
                            .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK}};
    if (send(file, &message, sizeof message, 0) < 0)
        refused("AUDIT_USER");
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char more[256];
    } answer;
    struct pollfd ready = {.fd = file, .events = POLLIN};
    if (poll(&ready, 1, 2000) != 1 || recv(file, &answer, sizeof answer, 0) < 0)
        refused("no answer to AUDIT_USER");
    if (answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error != 0) {
        errno = -answer.error.error;
        refused("AUDIT_USER");
    }
    reached("a record in the machine's audit log");
}

const struct attack socket_attacks[] = {
    {"tcp_loopback", tcp_loopback, "a listener of the machine on 127.0.0.1", false},
    {"udp_loopback", udp_loopback, "the same by UDP", false},
    {"tcp_loopback6", tcp_loopback6, "a listener of the machine on [::1]", false},
    {"network_outside", network_outside, "a route to 192.0.2.1", false},
    {"abstract_socket", abstract_socket, "an abstract socket of the machine", false},
    {"path_socket", path_socket, "a socket file beside the work tree", false},
    {"raw_socket", raw_socket, "socket(SOCK_RAW)", false},
    {"packet_socket", packet_socket, "socket(AF_PACKET)", false},
    {"vsock", vsock, "socket(AF_VSOCK)", false},
    {"configure_network", configure_network, "takes lo up", true},
    {"netlink_audit", netlink_audit, "a record in the audit log", true},
    {NULL, NULL, NULL, false},
};
