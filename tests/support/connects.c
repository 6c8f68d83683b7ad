/* Logs every connection to the network and every look-up of a host; for LD_PRELOAD. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void note(const char *what, const char *where) {
    const char *path = getenv("CONNECTS_LOG");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "%s %s\n", what, where ? where : "?");
        fclose(file);
    }
}

int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    char host[INET6_ADDRSTRLEN] = "";
    if (address->sa_family == AF_INET)
        note("connect", inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, host, sizeof host));
    if (address->sa_family == AF_INET6)
        note("connect", inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, host, sizeof host));
    return real(descriptor, address, length);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        dlsym(RTLD_NEXT, "getaddrinfo");
    note("look-up", node);
    return real(node, service, hints, found);
}
