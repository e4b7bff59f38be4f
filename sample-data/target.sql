-- The target of the sample: three objects of a CRM in the Salesforce manner.
-- mapwright reads names, types, lengths, keys, references and CHECK lists from this text.

CREATE TABLE Account (
    Legacy_Id__c      VARCHAR(10)  NOT NULL PRIMARY KEY,
    Name              VARCHAR(255) NOT NULL,
    BillingStreet     VARCHAR(255),
    BillingPostalCode VARCHAR(20),
    BillingCity       VARCHAR(40),
    BillingCountry    CHAR(2),
    Phone             VARCHAR(40),
    AnnualRevenue     DECIMAL(18, 2) CHECK (AnnualRevenue >= 0),
    NumberOfEmployees INTEGER,
    Type              VARCHAR(40) CHECK (Type IN ('Customer', 'Prospect', 'Former Customer')),
    Customer_Since__c DATE,
    Description       TEXT
);

CREATE TABLE Contact (
    Legacy_Id__c      VARCHAR(10)  NOT NULL PRIMARY KEY,
    AccountId         VARCHAR(10)  REFERENCES Account (Legacy_Id__c),
    Salutation        VARCHAR(20)  CHECK (Salutation IN ('Ms.', 'Mr.')),
    FirstName         VARCHAR(40),
    LastName          VARCHAR(80)  NOT NULL,
    Email             VARCHAR(80)  UNIQUE,
    Phone             VARCHAR(40),
    MobilePhone       VARCHAR(40),
    Birthdate         DATE,
    Status__c         VARCHAR(20)  NOT NULL CHECK (Status__c IN ('Active', 'Inactive', 'Lead', 'Customer')),
    MailingStreet     VARCHAR(255),
    MailingPostalCode VARCHAR(20),
    MailingCity       VARCHAR(40),
    MailingCountry    CHAR(2),
    Legacy_Created__c DATE,
    Newsletter__c     BOOLEAN      NOT NULL,
    Description       TEXT
);

CREATE TABLE Deal (
    Legacy_Id__c      VARCHAR(10)  NOT NULL PRIMARY KEY,
    Name              VARCHAR(120) NOT NULL,
    AccountId         VARCHAR(10)  REFERENCES Account (Legacy_Id__c),
    Contact_Email__c  VARCHAR(80),
    Amount            DECIMAL(18, 2) CHECK (Amount >= 0),
    CurrencyIsoCode   CHAR(3)      NOT NULL,
    StageName         VARCHAR(40)  NOT NULL CHECK (StageName IN ('Prospecting', 'Qualification', 'Proposal', 'Negotiation', 'Closed Won', 'Closed Lost')),
    CloseDate         DATE         NOT NULL,
    Probability       DECIMAL(5, 2),
    Owner_Name__c     VARCHAR(80),
    Owner_Region__c   VARCHAR(20),
    Products__c       VARCHAR(255),
    Loss_Reason__c    VARCHAR(255)
);
