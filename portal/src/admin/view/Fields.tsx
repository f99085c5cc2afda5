import { Checkbox, FileButton, Button, NativeSelect, PasswordInput, TextInput, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Field, isLong } from '../contract/contract';
import { useText } from '../messages';
import { CountriesField, CountryField } from './CountryField';
import css from './admin.module.css';
import { inLines } from './form';

interface Props {
  readonly field: Field;
  readonly typed: string;
  readonly error: ReactNode;
  /** Whether what holds now is known: else a flag may be left alone. */
  readonly known: boolean;
  readonly type: (typed: string) => void;
}

const listsCountries: ReadonlySet<string> = new Set(['countries', 'caller_countries', 'abroad', 'abroad_denied']);

/** One field of an operation, with its label and its help out of the contract. */
export function FieldInput({ field, typed, error, known, type }: Props) {
  const text = useText();
  const label = text.fields[field.name as keyof typeof text.fields] ?? text.label(field.name);
  const help = text.said(field.help);
  const common = { label, description: help, error, required: field.required };
  if (field.type === 'boolean') {
    if (known || field.name === 'force')
      return (
        <Checkbox
          label={label}
          description={help}
          error={error}
          checked={typed === 'true'}
          onChange={(event) => type(event.currentTarget.checked ? 'true' : field.name === 'force' ? '' : 'false')}
        />
      );
    const choice = [
      { value: '', label: text.form.standing },
      { value: 'true', label: text.form.yes },
      { value: 'false', label: text.form.no },
    ];
    return <NativeSelect {...common} data={choice} value={typed} onChange={(event) => type(event.currentTarget.value)} />;
  }
  if (field.words) {
    const words = field.words.map((value) => ({ value, label: text.label(value) }));
    const data = field.required && typed !== '' ? words : [{ value: '', label: text.form.standing }, ...words];
    return <NativeSelect {...common} data={data} value={typed} onChange={(event) => type(event.currentTarget.value)} />;
  }
  if (field.secret)
    return (
      <PasswordInput
        {...common}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
      />
    );
  if (field.name === 'home') return <CountryField {...common} typed={typed} type={type} />;
  if (listsCountries.has(field.name)) return <CountriesField {...common} typed={typed} type={type} />;
  if (isLong(field)) return <LongText {...common} typed={typed} type={type} />;
  if (inLines(field))
    return <Textarea {...common} autosize minRows={2} value={typed} onChange={(event) => type(event.currentTarget.value)} />;
  return (
    <TextInput
      {...common}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
      inputMode={field.type === 'integer' ? 'numeric' : undefined}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

interface LongProps {
  readonly label: string;
  readonly description: string;
  readonly error?: ReactNode;
  readonly required: boolean;
  readonly typed: string;
  readonly type: (typed: string) => void;
}

/** A text of many lines, typed or out of a file. */
export function LongText({ typed, type, ...common }: LongProps) {
  const text = useText();
  const read = async (file: File | null) => {
    if (file) type(await file.text());
  };
  return (
    <div>
      <Textarea
        {...common}
        minRows={6}
        maxRows={14}
        autosize
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        className={css.code}
        spellCheck={false}
      />
      <FileButton onChange={(file) => void read(file)} accept="text/plain,text/csv,.csv,.txt,.jsonl,.rf,.pem,.crt,.cer,.key">
        {(props) => (
          <Button {...props} mt={6} size="compact-sm" variant="default">
            {text.form.file}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
