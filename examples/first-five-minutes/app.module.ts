// #region module
import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { TravelAgent, TripController, WeatherTool } from './crew.js';

@Module({
  imports: [MetricsModule.forRoot()],
  controllers: [TripController],
  providers: [TravelAgent, WeatherTool],
})
export class AppModule {}
// #endregion
