// The system's notification for a call that rings while the page is behind others.

import { type Calls, waiting } from '../model/calls';

export const canNotify = (): boolean => 'Notification' in window;

export async function askToNotify(): Promise<boolean> {
  return canNotify() && (await Notification.requestPermission()) === 'granted';
}

export class Notices {
  private shown: { id: string; notice: Notification } | null = null;

  show(calls: Calls, wanted: boolean): void {
    const call = waiting(calls);
    if (this.shown && this.shown.id !== call?.id) {
      this.shown.notice.close();
      this.shown = null;
    }
    if (!call || this.shown || !wanted || !document.hidden || !canNotify() || Notification.permission !== 'granted')
      return;
    const notice = new Notification(call.name || call.number, {
      body: call.name ? call.number : '',
      tag: call.id,
      icon: '/icon.svg',
      requireInteraction: true,
    });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
    this.shown = { id: call.id, notice };
  }
}
