/** Decides which partitions a consumer reads, and from where: puts them into its `Assignment` and takes them out. */
export interface PartitionSource {
  /**
   * Settles when the topics are known, or waited for.
   * @throws what kept it from that
   */
  start(): Promise<void>
  /** Partitions may still come that are to be read before the end. */
  readonly waiting: boolean
  /** A broker does not know this topic any more. */
  unknownTopic(topic: string): void
  /** Lets go of everything; a member of a group leaves it. */
  close(): Promise<void>
}
