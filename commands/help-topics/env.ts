import { configKeyNames, environmentName } from '../../config/config-keys.ts'

/** Lines of `rafka help env`: what is no key of the configuration, then every key. */
export function envHelp(): string[] {
  return [
    'Variables of the environment',
    '  A flag wins over them; they win over rafka.yaml.',
    '',
    'Examples',
    '  RAFKA_BROKERS=host:9092 rafka topics list',
    '  RAFKA_DATA_DIR=./data rafka consume orders',
    '',
    'By themselves',
    '  RAFKA_CONFIG       configuration file; none reads none',
    '  RAFKA_NO_COLOR     no colours; NO_COLOR, FORCE_COLOR and TERM=dumb count too',
    '',
    'Keys of the configuration (rafka config show)',
    ...configKeyNames.map((name) => `  ${environmentName(name)}`),
  ]
}
