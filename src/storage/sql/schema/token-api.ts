export type TokenApiTables = {
  token_recorded_use: TokenRecordedUseRow;
};

export type TokenRecordedUseRow = {
  token_uuid: string;
  /** A `RecordedUse["kind"]`. */
  kind: string;
  value: string;
};
