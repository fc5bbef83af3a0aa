// addresses: connect(2), bind(2) and sendto(2), each with an address of its own, and an AF_UNIX and an AF_INET6 one.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_in address(const char *text, unsigned short port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, text, &a.sin_addr);
	return a;
}

int main(void)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in bound = address("127.0.0.3", 40321);
	struct sockaddr_in sent = address("127.0.0.2", 4660);
	struct sockaddr_in connected = address("127.0.0.1", 9);
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/nowhere/at/all"};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(258), .sin6_addr = IN6ADDR_LOOPBACK_INIT};

	bind(s, (struct sockaddr *)&bound, sizeof bound);
	sendto(s, "hello", 5, 0, (struct sockaddr *)&sent, sizeof sent);
	connect(s, (struct sockaddr *)&connected, sizeof connected);
	connect(s, (struct sockaddr *)&path, sizeof path);
	connect(s, (struct sockaddr *)&six, sizeof six);
	return 0;
}
