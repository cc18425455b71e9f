// #region crew
import { setTimeout } from 'node:timers/promises';
import { Controller, Get, Injectable, NotFoundException, Query } from '@nestjs/common';
import { TrackAgent, TrackTool } from 'nestjs-agent-metrics';

@Injectable()
export class WeatherTool {
  @TrackTool('weather')
  async lookUp(city: string) {
    await setTimeout(50); // as a real one would take
    if (city !== 'Paris') throw new NotFoundException(`${city} is not on the map`);
    return 'sunny';
  }
}

@Injectable()
export class TravelAgent {
  constructor(private readonly weather: WeatherTool) {}

  @TrackAgent('travel')
  async plan(city: string) {
    return `Go to ${city}, it is ${await this.weather.lookUp(city)}.`;
  }
}

@Controller('trip')
export class TripController {
  constructor(private readonly travel: TravelAgent) {}

  @Get()
  plan(@Query('to') city: string) {
    return this.travel.plan(city);
  }
}
// #endregion
