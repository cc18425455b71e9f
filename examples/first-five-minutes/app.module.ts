// #region module
import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { TravelAgent, WeatherTool } from './crew';

@Module({
  imports: [MetricsModule.forRoot()],
  controllers: [TravelAgent],
  providers: [WeatherTool],
})
export class AppModule {}
// #endregion
