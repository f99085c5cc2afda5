// How loud a stream is, for a meter.

import { audio, wakeAudio } from './context';

const intervalMs = 100;

/** Tells the level, 0 to 100, ten times a second until the function that it gives is called. */
export function watchLevel(stream: MediaStream, tell: (level: number) => void): () => void {
  wakeAudio();
  const source = audio().createMediaStreamSource(stream);
  const analyser = audio().createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(levelOf(samples));
  }, intervalMs);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

/** -60 dB and less is 0, full scale is 100. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  const decibel = 10 * Math.log10(power + 1e-12);
  return Math.round(Math.min(100, Math.max(0, ((decibel + 60) / 60) * 100)));
}
