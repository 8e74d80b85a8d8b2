import asyncio


async def echo(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def main():
    for host in ["127.0.0.1", "::1", "localhost"]:
        server = await asyncio.start_server(echo, host, 0)
        port = server.sockets[0].getsockname()[1]
        target = host if host != "localhost" else server.sockets[0].getsockname()[0]
        reader, writer = await asyncio.open_connection(target, port)
        writer.write(b"hello\n")
        print(host, await reader.readline())
        writer.close()
        server.close()


asyncio.run(main())
