"""tcp_pair.py N M: over IPv4, then IPv6, a connection on which the side that opens it sends N bytes and gets M back.
Prints the ports that were listened on."""

import socket
import sys
import threading

sent, returned = int(sys.argv[1]), int(sys.argv[2])


def read(connection, count):
    while count > 0:
        count -= len(connection.recv(count))


def answer(listener):
    connection, _ = listener.accept()
    with connection:
        read(connection, sent)
        connection.sendall(b"x" * returned)
        connection.recv(1)  # until the other side has closed it


for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    with socket.socket(family) as listener:
        listener.bind((address, 0))
        listener.listen()
        server = threading.Thread(target=answer, args=[listener])
        server.start()
        with socket.create_connection((address, listener.getsockname()[1])) as client:
            client.sendall(b"x" * sent)
            read(client, returned)
        server.join()
        print(listener.getsockname()[1])
