// Imported file by file: the whole core of Nest takes longer to load than this library, and a file that only decorates
// methods does not need it.
export { ApplicationConfig } from '@nestjs/core/application-config';
export { APP_INTERCEPTOR } from '@nestjs/core/constants';
export { HttpAdapterHost } from '@nestjs/core/helpers/http-adapter-host';
export { ModulesContainer } from '@nestjs/core/injector/modules-container';
