// A system in which nothing is yet: every list says what it is for, and how the first comes.

import { describe, expect, it } from 'vitest';
import { en } from '../../../src/admin/messages/en';
import { administration, answers, faults, open, page, url } from './desk';

administration();

const lists: readonly [page: string, operation: string, answer: object, teaches: readonly string[]][] = [
  ['calls', 'call.list', { calls: [] }, [en.calls.teach]],
  ['audit', 'audit-log.list', { entries: [] }, [en.audit.teach]],
  ['events', 'event.list', { events: [] }, [en.events.teach]],
  ['users', 'user.list', { users: [] }, [en.users.teach]],
  ['sessions', 'session.list', { sessions: [] }, [en.sessions.teach, en.sessions.teachHeld]],
  ['dealers', 'dealer.list', { dealers: [] }, [en.dealers.teach]],
  ['roles', 'role.list', { roles: [] }, [en.roles.teach]],
  ['contacts', 'event-route.list', { routes: [] }, [en.contacts.teachRoutes]],
  ['contacts', 'event-template.list', { templates: [] }, [en.contacts.teachTemplates]],
  ['detection', 'guard.decoys', { decoys: [] }, [en.detection.teachDecoys]],
  ['habits', 'pattern.list', { subjects: [], told: [] }, [en.habits.teachKnown, en.habits.teachUnusual]],
];

describe('an empty list', () => {
  it('teaches', async () => {
    for (const [, operation, answer] of lists) answers[operation] = () => answer;
    await open('account');
    for (const [name, , , teaches] of lists) {
      await page.goto(`${url}/#/${name}`);
      for (const teach of teaches) await page.getByText(teach, { exact: true }).waitFor();
    }
    expect(await faults('empty')).toEqual([]);
  });
});
