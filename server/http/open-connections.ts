import type { Duplex } from 'node:stream'

/** How many connections are open. */
export class OpenConnections {
  open = 0

  count(connection: Duplex): void {
    this.open++
    connection.once('close', () => {
      this.open--
    })
  }
}
