// The customer-service desk: who was handed over to a person, and the person's answers.

import { button, byId, clockTime, empty, make } from "./dom.js";
import { words } from "./words.js";

const EVERY_MS = 2500;

export class Desk {
  constructor({ connection, attempt, onWanted }) {
    Object.assign(this, { connection, attempt, onWanted });
    this.state = { sessions: [], waiting: [] };
    this.drafts = new Map();
    this.timer = 0;
  }

  open() {
    this.onWanted();
    this.refresh();
  }

  // A bubble arrived; one that says a person was called makes the desk worth showing.
  notice() {}

  async refresh() {
    clearTimeout(this.timer);
    try {
      this.show(await this.connection.desk());
    } catch (error) {
      // The next look will tell.
    }
    if (!byId("desk").hidden) this.timer = setTimeout(() => this.refresh(), EVERY_MS);
  }

  show(state) {
    this.state = state;
  }
}
