/** STANDARD_IA and colder classes bill at least this much for each version. Source: S3 user guide, storage classes. */
export const LARGE_IMAGE_BYTES = 128 * 1024;
