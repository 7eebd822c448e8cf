import { captureSettings } from '../../../lambda/capture/settings';

const complete = { DCS_BUCKET: 'b', DCS_TABLE: 'users', DCS_PARTITION_KEY: 'id' };

describe("the capture function's environment", () => {
  test('few variables are required', () => {
    expect(captureSettings(complete)).toEqual({
      bucket: 'b',
      largeImageStorageClass: 'STANDARD_IA',
      layout: 'images',
      table: { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id', sortKey: undefined } },
    });
  });

  test('prefix, sort key and storage class can be set', () => {
    const settings = captureSettings({
      ...complete,
      DCS_PREFIX: 'dcs/',
      DCS_SORT_KEY: 'sk',
      DCS_LARGE_IMAGE_STORAGE_CLASS: 'GLACIER_IR',
    });
    expect(settings).toMatchObject({
      largeImageStorageClass: 'GLACIER_IR',
      table: { prefix: 'dcs/', keySchema: { sortKey: 'sk' } },
    });
  });

  test('the layout can be set, and no other than the two', () => {
    expect(captureSettings({ ...complete, DCS_LAYOUT: 'journal' }).layout).toBe('journal');
    for (const DCS_LAYOUT of ['images', '']) expect(captureSettings({ ...complete, DCS_LAYOUT }).layout).toBe('images');
    expect(() => captureSettings({ ...complete, DCS_LAYOUT: 'Journal' })).toThrow('DCS_LAYOUT is "Journal"; allowed');
  });

  test('an empty sort key is none', () => {
    expect(captureSettings({ ...complete, DCS_SORT_KEY: '' }).table.keySchema).toEqual({ partitionKey: 'id' });
  });

  test.each(['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'])(
    'images may be stored as %s, from which they can be read at once',
    (largeImageStorageClass) => {
      const environment = { ...complete, DCS_LARGE_IMAGE_STORAGE_CLASS: largeImageStorageClass };
      expect(captureSettings(environment)).toMatchObject({ largeImageStorageClass });
    },
  );

  test('everything that is wrong is said at once', () => {
    const read = () => captureSettings({ DCS_PREFIX: 'dcs', DCS_LARGE_IMAGE_STORAGE_CLASS: 'GLACIER' });
    for (const name of [
      'DCS_BUCKET',
      'DCS_TABLE',
      'DCS_PARTITION_KEY',
      'DCS_PREFIX is "dcs"',
      'CLASS is "GLACIER"; allowed are STANDARD',
    ]) {
      expect(read).toThrow(name);
    }
    expect(read).toThrow(
      /table\. DCS_PARTITION_KEY .* STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR\.$/,
    );
  });
});
