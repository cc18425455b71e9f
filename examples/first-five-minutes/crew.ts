// #region crew
import { Controller, Get, Injectable, NotFoundException, Query } from '@nestjs/common';
import { TrackAgent, TrackTool } from 'nestjs-agent-metrics';

@Injectable()
export class WeatherTool {
  @TrackTool('weather')
  async lookUp(city: string) {
    if (city !== 'Paris') throw new NotFoundException(`${city} is not on the map`);
    return 'sunny';
  }
}

@Controller('trip')
export class TravelAgent {
  constructor(private readonly weather: WeatherTool) {}

  @Get()
  @TrackAgent('travel')
  async plan(@Query('to') city: string) {
    return `Go to ${city}, it is ${await this.weather.lookUp(city)}.`;
  }
}
// #endregion
