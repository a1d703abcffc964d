import { type ConfigDefinition, integer, listOf } from './config-definition.ts'

const INT_MAX = 2 ** 31 - 1

/** Configs of consumer groups and their offsets, with Kafka's names and defaults (`GroupCoordinatorConfig`). */
export const groupConfigs: readonly ConfigDefinition[] = [
  {
    name: 'group.consumer.assignors',
    type: 'list',
    defaultValue: 'uniform,range',
    check: listOf('uniform', 'range'),
    documentation:
      'Assignors that a group of the new protocol may ask for; the first one is for groups that ask for none.',
  },
  {
    name: 'group.consumer.heartbeat.interval.ms',
    type: 'int',
    defaultValue: '5000',
    check: integer(1, INT_MAX),
    documentation: 'How often members of a group of the new protocol are told to send heartbeats, in ms.',
  },
  {
    name: 'group.consumer.max.heartbeat.interval.ms',
    type: 'int',
    defaultValue: '15000',
    check: integer(1, INT_MAX),
    documentation: 'Largest consumer.heartbeat.interval.ms that a group may have of its own.',
  },
  {
    name: 'group.consumer.max.session.timeout.ms',
    type: 'int',
    defaultValue: '60000',
    check: integer(1, INT_MAX),
    documentation: 'Largest consumer.session.timeout.ms that a group may have of its own.',
  },
  {
    name: 'group.consumer.min.heartbeat.interval.ms',
    type: 'int',
    defaultValue: '5000',
    check: integer(1, INT_MAX),
    documentation: 'Smallest consumer.heartbeat.interval.ms that a group may have of its own.',
  },
  {
    name: 'group.consumer.min.session.timeout.ms',
    type: 'int',
    defaultValue: '45000',
    check: integer(1, INT_MAX),
    documentation: 'Smallest consumer.session.timeout.ms that a group may have of its own.',
  },
  {
    name: 'group.consumer.max.size',
    type: 'int',
    defaultValue: '2147483647',
    check: integer(1, INT_MAX),
    documentation: 'Members that a group of the new protocol may have.',
  },
  {
    name: 'group.consumer.session.timeout.ms',
    type: 'int',
    defaultValue: '45000',
    check: integer(1, INT_MAX),
    documentation: 'Silence after which a member of a group of the new protocol is taken for dead, in ms.',
  },
  {
    name: 'group.initial.rebalance.delay.ms',
    type: 'int',
    defaultValue: '3000',
    check: integer(0, INT_MAX),
    documentation: 'How long the first rebalance of a new group waits for more members, in ms.',
  },
  {
    name: 'group.max.session.timeout.ms',
    type: 'int',
    defaultValue: '1800000',
    check: integer(1, INT_MAX),
    documentation: 'Longest session timeout that a member of a classic group may ask for, in ms.',
  },
  {
    name: 'group.max.size',
    type: 'int',
    defaultValue: '2147483647',
    check: integer(1, INT_MAX),
    documentation: 'Members that a classic group may have.',
  },
  {
    name: 'group.min.session.timeout.ms',
    type: 'int',
    defaultValue: '6000',
    check: integer(1, INT_MAX),
    documentation: 'Shortest session timeout that a member of a classic group may ask for, in ms.',
  },
  {
    name: 'offset.metadata.max.bytes',
    type: 'int',
    defaultValue: '4096',
    check: integer(0, INT_MAX),
    documentation: 'Largest text that may be committed with an offset, in characters.',
  },
  {
    name: 'offsets.retention.check.interval.ms',
    type: 'long',
    defaultValue: '600000',
    check: integer(1),
    documentation: 'Time between two looks for committed offsets to forget, in ms.',
  },
  {
    name: 'offsets.retention.minutes',
    type: 'int',
    defaultValue: '10080',
    check: integer(1, INT_MAX),
    documentation: 'How long the offsets of a group without members are kept, in minutes.',
  },
]
