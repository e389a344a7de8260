/* listen PORT [MS]: listens on 127.0.0.1:PORT, connects to itself, prints `listening=PORT`, keeps it for MS (0).
 * Must become: pass, several at once on the same port where each has a network of its own; "EADDRINUSE" and exit 1 for the
 * second where they share one; "loopback is down" and exit 1 where a new network was not set up. */
#include "program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    static const char line[] = "listen PORT [MS]";
    const long port = number(argc, argv, 1, -1, line);
    const long keep_ms = number(argc, argv, 2, 0, line);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || client < 0)
        cannot("socket");
    const int yes = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(server, (struct sockaddr*)&address, sizeof address) != 0 || listen(server, 1) != 0) {
        if (errno != EADDRINUSE)
            cannot("bind");
        puts("EADDRINUSE");
        return 1;
    }
    if (connect(client, (struct sockaddr*)&address, sizeof address) != 0) {
        if (errno != ENETUNREACH)
            cannot("connect");
        puts("loopback is down");
        return 1;
    }
    printf("listening=%ld\n", port);
    fflush(stdout);
    sleep_ms(keep_ms);
    return 0;
}
