import type { AddressInfo, Server } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';

/** Lets an application serve messages on a free port of the loopback interface, and connects a client to it. */
export async function connectByTcp(application: INestApplication): Promise<ClientProxy> {
  const listening = application.connectMicroservice(
    { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
    { inheritAppConfig: true },
  );
  await application.startAllMicroservices();
  const { port } = listening.unwrap<Server>().address() as AddressInfo;
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  await client.connect();
  return client;
}
