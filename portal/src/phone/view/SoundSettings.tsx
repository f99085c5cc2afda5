import { Button, Group, NativeSelect, Stack, Switch, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import {
  type Choice,
  type Devices,
  canChooseSpeaker,
  closeStream,
  listDevices,
  openMicrophone,
  trouble,
} from '../sound/devices';
import { StreamLevel } from './Level';
import { usePhone } from './context';

const ringMs = 4_000;

/** The devices of this machine, read anew when one is connected or the first is allowed. */
function useDevices(again: unknown): Devices {
  const [devices, setDevices] = useState<Devices>({ microphones: [], speakers: [] });
  useEffect(() => {
    const read = () => void listDevices().then(setDevices);
    read();
    navigator.mediaDevices?.addEventListener('devicechange', read);
    return () => navigator.mediaDevices?.removeEventListener('devicechange', read);
  }, [again]);
  return devices;
}

export function SoundSettings() {
  const text = useMessages();
  const phone = usePhone();
  const { sound } = useStore(phone.preferences);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const devices = useDevices(stream);
  useEffect(() => () => closeStream(stream), [stream]);

  const choose = (change: Partial<Choice>) => {
    setStream(null);
    void phone.prefer({ sound: { ...sound, ...change } });
  };
  const test = async () => {
    if (stream) return setStream(null);
    try {
      setStream(await openMicrophone(sound));
      phone.trouble.set(null);
    } catch (error) {
      phone.trouble.set(trouble(error));
    }
  };
  const ring = () => {
    const stop = phone.playRing();
    setTimeout(stop, ringMs);
  };
  const options = (list: readonly MediaDeviceInfo[]) => [
    { value: '', label: text.settings.standard },
    ...list
      .filter(({ deviceId }) => deviceId !== 'default')
      .map(({ deviceId, label }, index) => ({ value: deviceId, label: label || text.settings.device(index + 1) })),
  ];
  return (
    <section aria-label={text.settings.devices}>
      <Stack>
        <NativeSelect
          label={text.settings.microphone}
          value={sound.microphone}
          onChange={(event) => choose({ microphone: event.currentTarget.value })}
          data={options(devices.microphones)}
        />
        {stream && <StreamLevel stream={stream} />}
        {canChooseSpeaker() ? (
          <>
            <NativeSelect
              label={text.settings.speaker}
              value={sound.speaker}
              onChange={(event) => choose({ speaker: event.currentTarget.value })}
              data={options(devices.speakers)}
            />
            <NativeSelect
              label={text.settings.ringer}
              value={sound.ringer}
              onChange={(event) => choose({ ringer: event.currentTarget.value })}
              data={options(devices.speakers)}
            />
          </>
        ) : (
          <Text size="sm" c="dimmed">
            {text.settings.noSinks}
          </Text>
        )}
        <Group>
          <Button variant="default" size="sm" onClick={() => void test()}>
            {stream ? text.settings.stop : text.settings.test}
          </Button>
          <Button variant="default" size="sm" onClick={ring}>
            {text.settings.testRing}
          </Button>
        </Group>
        <Switch
          checked={sound.processing}
          onChange={(event) => choose({ processing: event.currentTarget.checked })}
          label={text.settings.processing}
        />
      </Stack>
    </section>
  );
}
