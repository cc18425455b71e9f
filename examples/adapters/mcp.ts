import { McpServer } from '@modelcontextprotocol/server';
import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, TrackTool } from 'nestjs-agent-metrics';
import { trackedMcpServer } from 'nestjs-agent-metrics/mcp';
import { z } from 'zod';

// #region server
@Injectable()
export class WeatherServer {
  create() {
    const server = trackedMcpServer(new McpServer({ name: 'weather', version: '1.0.0' }));
    const inputSchema = z.object({ city: z.string() });
    server.registerTool('forecast', { inputSchema }, ({ city }) => this.forecast(city));
    return server;
  }

  @TrackTool('forecast') // not needed; with it, an error has its class
  forecast(city: string) {
    if (city === 'Atlantis') throw new RangeError('no such city');
    return { content: [{ type: 'text' as const, text: `${city}: rain` }] };
  }
}

@Module({ imports: [MetricsModule.forRoot()], providers: [WeatherServer] })
export class AppModule {}
// #endregion

// #region options
export const documented = () =>
  trackedMcpServer(new McpServer({ name: 'docs', version: '1.0.0' }), { resources: true, prompts: true });
// #endregion
